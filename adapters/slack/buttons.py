"""Buttons under our messages, and what Slack says of a press (docs.slack.dev/reference/interaction-payloads/block_actions-payload)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.rendering.labels import label
from adapters.slack.limits import BUTTON_TEXT, BUTTONS
from adapters.slack.payloads import Json, JsonView
from bot.vocabulary.controls import Button
from bot.vocabulary.conversation import ConversationKey

OURS = re.compile(r"^parley:")
"""The action_id of every button of ours, of old versions too."""


def actions(buttons: Sequence[Button]) -> Json:
    """The block that shows them. An action_id may stand once in a message; what the button is goes with its `value`."""
    return {"type": "actions", "elements": [_element(button, number) for number, button in enumerate(buttons[:BUTTONS])]}


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press as Slack tells it. `button` is None for what we cannot read; `id` is the same however often Slack tells it."""

    id: str
    button: Button | None
    user: str
    home: str
    """The workspace of whoever pressed, or empty."""
    conversation: ConversationKey
    trigger: str


def pressed(body: JsonView, *, team: str) -> Pressed:
    """`body` of a block_actions payload; `team`: where we are installed."""
    action, user, container = body["actions"][0], body["user"], body.get("container") or {}
    message: JsonView = body.get("message") or {}
    channel = str(container.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    ts = str(container.get("message_ts") or message.get("ts") or "")
    thread = str(container.get("thread_ts") or message.get("thread_ts") or ts)
    return Pressed(
        id=f"{team}:{channel}:{ts}:{action.get('action_ts', '')}:{user['id']}",
        button=Button.parse(str(action.get("value") or "")),
        user=str(user["id"]),
        home=str(user.get("team_id") or ""),
        conversation=ConversationKey("slack", team, channel, thread),
        trigger=str(body.get("trigger_id") or ""),
    )


def _element(button: Button, number: int) -> Json:
    text = {"type": "plain_text", "text": label(button)[:BUTTON_TEXT], "emoji": True}
    return {"type": "button", "action_id": f"parley:{button.kind.value}:{number}", "text": text, "value": str(button)}
