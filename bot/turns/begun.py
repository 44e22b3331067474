"""A turn as `start.lua` tells it: what was said, how far whoever worked on it before us had come, and what was said before."""

from collections.abc import Mapping, Sequence

from bot.store.codec import Codec
from bot.turns.mailbox import by_name, read
from bot.turns.turn import Progress, Turn
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import Outcome, Placeholder

outcomes: Codec[Outcome] = Codec(Outcome)  # type: ignore[arg-type]  # a union is a type to pydantic, not to mypy
placeholders: Codec[tuple[Placeholder, ...]] = Codec(tuple[Placeholder, ...])


def turn_from(lane: Lane, journal: Sequence[str], lines: Sequence[str], past: Sequence[str | None], signs: Sequence[str]) -> Turn:
    """Its messages may be none: when nobody can read what stands in the mailbox."""
    fields = dict(zip(journal[::2], journal[1::2], strict=True))
    messages = read(lines)
    return Turn(
        fields["turn"],
        lane,
        messages,
        progress=_progress(fields),
        past=tuple(entry for entry in past if entry),
        signed=by_name(messages, signs),
    )


def _progress(fields: Mapping[str, str]) -> Progress:
    attempts, nonce = int(fields["attempts"]), fields.get("pending", "")
    fresh = attempts == 1  # nobody can have posted anything under the nonce that the journal already names
    return Progress(
        attempts=attempts,
        raised=int(fields.get("raised", "0")),
        deaths=int(fields.get("deaths", "0")),
        parts=placeholders.load(fields.get("parts")) or (),
        surplus=placeholders.load(fields.get("surplus")) or (),
        announced=nonce if fresh else "",
        pending="" if fresh else nonce,
        outcome=outcomes.load(fields.get("outcome")),
        stop=fields.get("stop") == fields["turn"],
        why=fields.get("why", ""),
    )
