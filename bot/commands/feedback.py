"""`feedback`: how people rated the answers."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.commands.registry import Command
from bot.feedback.ratings import MOST, Count, Rating, Ratings
from bot.personas.prompt import one_line
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Table
from bot.vocabulary.conversation import Authority

REASONS = 10
"""Reasons in one reply: the newest."""

REASON_LIMIT = 200
NAME_LIMIT = 40

GOOD, BAD = "👍", "👎"
HEADER = ("persona", "model", GOOD, BAD)
NOTHING = f"Nobody has rated an answer here yet. {GOOD} and {BAD} stand under each answer."

FEEDBACK = CommandSpec("feedback", "Show how my answers were rated", Authority.ADMIN, Authority.MEMBER, secret=True)


class FeedbackCommand:
    """For admins. Who rated is not shown: people say what they think when nobody holds it against them."""

    def __init__(self, ratings: Ratings) -> None:
        self._ratings = ratings

    def all(self) -> tuple[Command, ...]:
        return (Command(FEEDBACK, self.feedback),)

    async def feedback(self, call: CommandCall) -> CommandReply:
        server = call.conversation.server_key
        counts = await self._ratings.counts(server)
        if not counts:
            return CommandReply(NOTHING)
        reasons = [rating for rating in await self._ratings.recent(server, MOST) if rating.reason][:REASONS]
        rows = tuple((_name(count.persona), _name(count.model), f"{count.good:,}", f"{count.bad:,}") for count in counts)
        return CommandReply("\n".join([_summary(counts), *_listed(reasons)]), table=Table(HEADER, rows))


def _summary(counts: Sequence[Count]) -> str:
    good, bad = sum(count.good for count in counts), sum(count.bad for count in counts)
    newest = " These are the newest I keep." if good + bad >= MOST else ""
    return f"{good:,} {GOOD} and {bad:,} {BAD} on this server.{newest}"


def _listed(reasons: Sequence[Rating]) -> list[str]:
    return ["The last reasons that were given:", *map(_line, reasons)] if reasons else []


def _line(rating: Rating) -> str:
    when = datetime.fromtimestamp(rating.at, UTC).strftime("%Y-%m-%d")
    return f"- {GOOD if rating.good else BAD} {when}, `{_name(rating.persona)}` on `{_name(rating.model)}`: `{_cut(rating.reason)}`"


def _cut(reason: str) -> str:
    """A stranger's words for a piece of code: nothing in them is a mention, a link or a heading."""
    whole = _plain(reason, len(reason))
    return whole if len(whole) <= REASON_LIMIT else f"{whole[: REASON_LIMIT - 1].rstrip()}…"


def _name(text: str) -> str:
    return _plain(text, NAME_LIMIT) or "?"


def _plain(text: str, limit: int) -> str:
    return one_line(text.replace("`", "'"), limit)
