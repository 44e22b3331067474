"""`status`: what goes on here, and what was given up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from bot.commands.registry import Command
from bot.errors import OrderInvalid
from bot.personas.prompt import one_line
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Param, Table
from bot.vocabulary.conversation import Authority, ServerKey
from bot.vocabulary.standing import Again, Buried, Standing

SHOWN = 10
"""Buried turns in one reply."""

NAME_LIMIT = 30
TURN_LIMIT = 40

HEADER = ("turn", "when (UTC)", "who", "where", "reason")
UNKNOWN = "There is no such turn to try again here: it was tried already, or the list has moved on. See `status`."
FULL = "Too many messages are waiting there already. Try it again when I have caught up."
WAITS = "I am trying it again. The answer comes where the question was."

STATUS = CommandSpec(
    "status",
    "Show what I am doing here, and what I gave up",
    Authority.ADMIN,
    Authority.MEMBER,
    (
        Param("action", "Try a turn again that I gave up", required=False, choices=("again",)),
        Param("turn", "Which turn, as listed by status", required=False, limit=TURN_LIMIT),
    ),
    secret=True,
)


class Operations(Protocol):
    """Turns run elsewhere."""

    async def standing(self, server: ServerKey) -> Standing:
        """What goes on there."""

    async def buried(self, server: ServerKey) -> Sequence[Buried]:
        """What was given up and can be tried again, newest first."""

    async def again(self, server: ServerKey, turn: str) -> Again:
        """Try a turn once, whoever asks at the same time."""


class StatusCommand:
    """For admins. What people wrote is not shown."""

    def __init__(self, operations: Operations, *, version: str) -> None:
        self._operations = operations
        self._version = version

    def all(self) -> tuple[Command, ...]:
        return (Command(STATUS, self.status),)

    async def status(self, call: CommandCall) -> CommandReply:
        server, turn = call.conversation.server_key, call.args.get("turn", "").strip()
        if turn:
            return await self._again(server, turn)
        if call.args.get("action"):
            raise OrderInvalid("no turn named", user_text="Which turn? Write `status again <turn>`; `status` lists them.")
        return await self._shown(server)

    async def _again(self, server: ServerKey, turn: str) -> CommandReply:
        return CommandReply({Again.WAITS: WAITS, Again.FULL: FULL, Again.UNKNOWN: UNKNOWN}[await self._operations.again(server, turn)])

    async def _shown(self, server: ServerKey) -> CommandReply:
        standing, buried = await self._operations.standing(server), await self._operations.buried(server)
        text = f"{_now(standing)} Version {self._version}."
        if not buried:
            return CommandReply(f"{text}\nI gave up on nothing lately.")
        more = f" These are the newest {SHOWN}." if len(buried) > SHOWN else ""
        how = f"I gave up on {_count(len(buried), 'turn')}.{more} Try one again with `status again <turn>`."
        return CommandReply(f"{text}\n{how}", table=Table(HEADER, tuple(map(_row, buried[:SHOWN]))))


def _now(standing: Standing) -> str:
    writing = f"I am writing {_count(standing.writing, 'answer')} on this server."
    if not standing.waiting:
        return f"{writing} Nothing waits."
    waits = "message waits" if standing.waiting == 1 else "messages wait"
    return f"{writing} {standing.waiting:,} {waits}, the oldest for {standing.oldest:,.0f} s."


def _row(buried: Buried) -> tuple[str, ...]:
    last = buried.messages[-1]
    channel = last.place.channel or buried.lane.conversation.channel
    when = datetime.fromtimestamp(buried.at, UTC).strftime("%Y-%m-%d %H:%M")
    return (buried.turn, when, _plain(last.author.name) or "someone", _plain(channel), _plain(buried.reason))


def _plain(text: str) -> str:
    """A stranger's words for a table in a code block."""
    return one_line(text.replace("`", "'"), NAME_LIMIT)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
