"""Whether everybody paid what the model counted: every violation in one sentence. Pure."""

from collections.abc import Iterator, Sequence

from bot.spend.metered import INPUT_MARGIN
from tests.chaos.record import Money, Record
from tests.chaos.speaking import Call
from tests.chaos.stories import Answer, cut_short_in
from tests.chaos.words import serials_in
from tests.scenarios.bills import PRICES

MOST_TOKENS = 1000
"""OPENAI_MAX_TOKENS of the run: what an answer may cost at most is held by it."""


def mischarged(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    """Every server whose books do not add up."""
    servers = {question.name: question.server for question in record.asked}
    short = cut_short_in(record)
    whole = [serial for text in (*(answer.text for answer in answers), *_versions(record)) for serial in serials_in(text)]
    visible = {call.serial for call in record.calls if call.serial in whole and not short & {*call.questions}}
    for server in dict.fromkeys(servers.values()):
        calls = [call for call in record.calls if servers.get(call.questions[0]) == server]
        money = record.money.get(server, Money())
        yield from (f"the calls of server {server}: {complaint}" for complaint in _sums(calls, money, visible))


def _versions(record: Record) -> list[str]:
    return [version for filed in record.filed for version in filed.versions]


def _sums(calls: Sequence[Call], money: Money, visible: set[int]) -> Iterator[str]:
    """Finished streams cost what the model counted; one that its process did not live to charge still has its hold, or was estimated."""
    complete = [call for call in calls if call.complete]
    exact, cut = money.spent - money.estimated, len([call for call in calls if not call.refused and not call.complete])
    if money.settled + money.held < len(calls):
        yield f"{len(calls)} were made, {money.settled} charged and {money.held} held"
    total = sum(map(cost, complete))
    if not _may_be_missing(total - exact, complete, visible, held=money.held):
        yield f"{exact} was charged, and the model counted {total} in {len(complete)} finished ones ({cut} cut, {money.held} held)"
    most = sum(worst(call) for call in calls if not call.refused)
    if money.estimated + money.set_aside > most + money.held * _largest(calls):
        yield f"{money.estimated} was estimated and {money.set_aside} is held, more than the {most} that all of them may cost"


def _may_be_missing(missing: int, complete: Sequence[Call], visible: set[int], *, held: int) -> bool:
    """Whether so much is what some finished calls cost: any that nobody sees, and as many others as are still held.

    Every call costs another sum, so that few sets of calls add up to the same.
    """
    reached = {(0, 0)}
    for call in complete:
        more = {(sum_ + cost(call), seen + (call.serial in visible)) for sum_, seen in reached}
        reached |= {(sum_, seen) for sum_, seen in more if sum_ <= missing and seen <= held}
    return any(sum_ == missing for sum_, _ in reached)


def cost(call: Call) -> int:
    """What a finished call is billed, in millionths of a dollar."""
    return int(call.prompt * PRICES["price_input"] + call.completion * PRICES["price_output"])


def worst(call: Call) -> int:
    """What is held for it."""
    return int(int(call.estimated * INPUT_MARGIN) * PRICES["price_input"] + MOST_TOKENS * PRICES["price_output"])


def _largest(calls: Sequence[Call]) -> int:
    return max(map(worst, calls), default=0)
