"""Brief: everything the model is told, in an order that lets providers cache its beginning."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.memory.exchange import Exchange, Line
from bot.personas.prompt import one_line, system_prompt
from bot.turns.turn import Turn
from bot.vocabulary.inbound import Inbound, Quoted
from bot.vocabulary.model import Account, Message, ModelRequest, Role
from bot.vocabulary.persona import Persona

GO_ON = (
    "[context] Your answer was cut off here. Continue it exactly from where it ends: begin with the very next word, repeat nothing, "
    "add no introduction, and go on in the same format."
)

QUOTE_LIMIT = 2000
"""Characters of a quoted message that reach the prompt."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """What is asked, and as whom."""

    request: ModelRequest
    persona: Persona


def brief(turn: Turn, persona: Persona, history: Sequence[Exchange], *, now: float, epoch: int, between: float) -> Briefing:
    """The request for a turn: system prompt, past, a line of data, and what people just said.

    The data comes after everything that stays the same and before the words it belongs to.
    """
    last = turn.last
    messages = (
        Message(Role.SYSTEM, system_prompt(persona, last.place)),
        *(message for exchange in history for message in _past(exchange)),
        Message(Role.USER, context_line(turn, now=now)),
        Message(Role.USER, "\n".join(_said(message) for message in turn.messages), name=_speaker(last)),
    )
    account = Account(last.conversation.server_key, last.author.id)
    call = f"{turn.id}.{epoch}"  # whoever takes a turn up pays for a call of its own
    request = ModelRequest(call=call, model=persona.model, messages=messages, account=account, sampling=persona.sampling, between=between)
    return Briefing(request, persona)


def going_on(so_far: str) -> tuple[Message, ...]:
    """What follows the question when the answer to it has begun with `so_far` and is to go on."""
    return (Message(Role.ASSISTANT, so_far), Message(Role.USER, GO_ON)) if so_far else ()


def context_line(turn: Turn, *, now: float) -> str:
    """What changes from turn to turn or comes from strangers, as one line of data."""
    last = turn.last
    data = {
        "speaker": _speaker(last),
        "server": one_line(last.place.server),
        "channel": one_line(last.place.channel),
        "time": datetime.fromtimestamp(now, UTC).strftime("%A %Y-%m-%d %H:%M UTC"),
    }
    return "[context] " + json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)


def lines_of(turn: Turn) -> tuple[Line, ...]:
    """What was said, for the history."""
    return tuple(Line(m.id, m.author.id, _speaker(m), _with_quote(m)) for m in turn.messages)


def _past(exchange: Exchange) -> tuple[Message, ...]:
    said = "\n".join(f"{line.name}: {line.text}" for line in exchange.lines)
    names = {line.name for line in exchange.lines}
    question = Message(Role.USER, said, name=names.pop() if len(names) == 1 else "")
    return (question, Message(Role.ASSISTANT, exchange.answer)) if exchange.answer.strip() else (question,)


def _said(message: Inbound) -> str:
    return f"{_speaker(message)}: {_with_quote(message)}"


def _with_quote(message: Inbound) -> str:
    if message.quoted is None:
        return message.text
    return f"{_quotation(message.quoted)}\n\n{message.text}"


def _quotation(quoted: Quoted) -> str:
    author = "you (Parley)" if quoted.ours else one_line(quoted.author)
    text = quoted.text if len(quoted.text) <= QUOTE_LIMIT else f"{quoted.text[:QUOTE_LIMIT]}…"
    return f"(in reply to {author}:)\n" + "\n".join(f"> {line}" for line in text.splitlines())


def _speaker(message: Inbound) -> str:
    return one_line(message.author.name) or "someone"
