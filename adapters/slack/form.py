"""The modal that asks for long texts. See docs.slack.dev/surfaces/modals."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from adapters.slack.limits import MODAL_INPUT, MODAL_LABEL, MODAL_TITLE, OPTION, OPTIONS
from adapters.slack.order import Order
from adapters.slack.payloads import Json, JsonView
from bot.vocabulary.commands import Param

CALLBACK = "parley_order"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a form must remember of the order it belongs to; travels in the modal, at most 3,000 characters of it."""

    name: str
    args: Mapping[str, str]
    channel: str
    response_url: str

    def packed(self) -> str:
        """For `private_metadata`, which only our own app can see."""
        return json.dumps(asdict(self))


def view(order: Order, ticket: Ticket, *, filled: Mapping[str, str]) -> Json:
    """The form for what is missing in `order`; `filled` is what it shows at first."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": ticket.packed(),
        "title": _plain(order.name.capitalize(), MODAL_TITLE),
        "submit": _plain("OK", MODAL_TITLE),
        "close": _plain("Cancel", MODAL_TITLE),
        "blocks": [_input(param, filled.get(param.name, "")) for param in order.missing],
    }


def submitted(view: JsonView) -> tuple[Ticket, dict[str, str]]:
    """What was remembered, and all arguments: those of the order and those of the form."""
    ticket = Ticket(**json.loads(view["private_metadata"]))
    fields: JsonView = (view.get("state") or {}).get("values") or {}
    answers = {name: _answer(field.get(name) or {}) for name, field in fields.items()}
    return ticket, {**ticket.args, **{name: text for name, text in answers.items() if text}}


def _answer(element: JsonView) -> str:
    chosen: JsonView = element.get("selected_option") or {}
    return str(element.get("value") or chosen.get("value") or "")


def _input(param: Param, text: str) -> Json:
    element = _select(param, text) if param.choices else _text(param, text)
    label = _plain(param.description or param.name, MODAL_LABEL)
    return {"type": "input", "block_id": param.name, "label": label, "element": element, "optional": not param.required}


def _text(param: Param, text: str) -> Json:
    limit = min(param.limit, MODAL_INPUT)
    element: Json = {"type": "plain_text_input", "action_id": param.name, "multiline": param.long, "max_length": limit}
    return element | ({"initial_value": text[:limit]} if text else {})


def _select(param: Param, text: str) -> Json:
    options = [{"text": _plain(choice, OPTION), "value": choice[:OPTION]} for choice in param.choices[:OPTIONS]]
    element: Json = {"type": "static_select", "action_id": param.name, "options": options}
    return element | ({"initial_option": options[param.choices.index(text)]} if text in param.choices[:OPTIONS] else {})


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": text[:limit]}
