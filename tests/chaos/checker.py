"""What a run must have kept: every violation in one sentence. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.spend.metered import INPUT_MARGIN
from tests.chaos.record import Money, Question, Record
from tests.chaos.speaking import Call
from tests.chaos.words import answered_in, bare, lane_of, serials_in
from tests.scenarios.bills import PRICES

MOST_TOKENS = 1000
"""OPENAI_MAX_TOKENS of the run: what an answer may cost at most is held by it."""


PATIENCE = 60.0
"""Seconds that somebody waits for an answer. Faults last two at most, and what they leave is a matter of a few more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Messages of the bot that carry one call's lines, in order."""

    serial: int
    channel: str
    parts: tuple[str, ...]
    replies_to: str
    text: str

    @property
    def questions(self) -> tuple[str, ...]:
        """What it says it answers."""
        return answered_in(self.text)


def violations(record: Record) -> list[str]:
    """Empty when all is well."""
    answers = answers_in(record)
    return [
        *_strays(record),
        *_incomplete(record, answers),
        *_not_once(record, answers),
        *_late(record),
        *_misplaced(record, answers),
        *_out_of_order(record, answers),
        *_forgotten(record, answers),
        *_unaware(record, answers),
        *_mischarged(record, answers),
        *(f"left behind: {what}" for what in record.leftovers),
        *record.complaints,
    ]


def answers_in(record: Record) -> list[Answer]:
    """What stands, put together by the lines' own numbers, in the order of the first parts."""
    parts = defaultdict(list)
    for shown in record.shown:
        for serial in serials_in(shown.text)[:1]:
            parts[shown.channel, serial].append(shown)
    return [
        Answer(serial, channel, tuple(part.message for part in of), of[0].replies_to, "\n".join(part.text for part in of))
        for (channel, serial), of in parts.items()
    ]


def _strays(record: Record) -> Iterator[str]:
    for shown in record.shown:
        serials = serials_in(shown.text)
        if not serials:
            yield f"message {shown.message} is no answer: {shown.text[:60]!r}"
        elif len(serials) > 1:
            yield f"message {shown.message} mixes the answers of calls {serials}"


def _incomplete(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    calls = {call.serial: call for call in record.calls}
    for answer in answers:
        call = calls.get(answer.serial)
        if call is None:
            yield f"answer {answer.serial} was never given by the model"
        elif bare(answer.text) != bare(call.text):
            stands = f"{len(answer.text)} characters in {len(answer.parts)} messages"
            yield f"answer {answer.serial} to {call.questions} stands as {stands}, not {len(call.text)}"


def _not_once(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    times = Counter(name for answer in answers for name in answer.questions)
    for question in record.asked:
        if times[question.name] != 1:
            serials = [answer.serial for answer in answers if question.name in answer.questions]
            yield f"{question.name} is answered {times[question.name]} times, by calls {serials}"
    known = {question.name for question in record.asked}
    yield from (f"{name} is answered and was never asked" for name in times.keys() - known)


def _late(record: Record) -> Iterator[str]:
    """Not a matter of speed: whoever waits so long waits for somebody to come by, as nothing is broken for so long."""
    for question in record.asked:
        if question.waited > PATIENCE:
            yield f"{question.name} waited {question.waited:.0f} s for its answer"


def _misplaced(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    asked = {question.name: question for question in record.asked}
    for answer in answers:
        questions = [asked[name] for name in answer.questions if name in asked]
        if len({lane_of(name) for name in answer.questions}) > 1 or {question.channel for question in questions} - {answer.channel}:
            yield f"answer {answer.serial} stands in channel {answer.channel} and answers {answer.questions}"
        elif questions and answer.replies_to != questions[-1].message:
            yield f"answer {answer.serial} to {answer.questions} replies to message {answer.replies_to or 'nobody'}"


def _out_of_order(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    for lane, wanted in _lanes(record).items():
        found = [
            name
            for answer in sorted(answers, key=lambda answer: int(answer.parts[0]))
            for name in answer.questions
            if lane_of(name) == lane
        ]
        seen = list(dict.fromkeys(found))
        if seen != [question.name for question in wanted if question.name in seen]:
            yield f"lane {lane} is answered in the order {seen}"


def _forgotten(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    """The history is what is visible: the same words, under the same messages, in the lane's order."""
    ids = {question.name: question.message for question in record.asked}
    lanes = {question.message: lane_of(question.name) for question in record.asked}
    shown = {tuple(ids.get(name, name) for name in answer.questions): answer for answer in answers}
    filed = {entry.messages: entry for entry in record.filed}
    for messages, count in Counter(entry.messages for entry in record.filed).items():
        if count > 1:
            yield f"messages {messages} are in the history {count} times"
    for messages in shown.keys() | filed.keys():
        if messages not in filed:
            yield f"answer {shown[messages].serial} to {shown[messages].questions} is not in the history"
        elif messages not in shown:
            yield f"the history has an answer to messages {messages} that nobody sees: {filed[messages].answer[:40]!r}"
        elif bare(filed[messages].answer) != bare(shown[messages].text):
            yield f"the history has {filed[messages].answer[:20]!r} where answer {shown[messages].serial} stands"
    for lane in set(lanes.values()):
        order = [message for entry in record.filed for message in entry.messages if lanes.get(message) == lane]
        if order != sorted(order, key=int):
            yield f"the history of lane {lane} is in the order {order}"


def _unaware(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    """In a thread or DM each answer knew the one before it."""
    calls = {call.serial: call for call in record.calls}
    exclusive = {question.channel for question in record.asked if question.exclusive}
    latest: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda answer: int(answer.parts[0])):
        before, call = latest.get(answer.channel), calls.get(answer.serial)
        if answer.channel in exclusive and before and call and (not call.before or bare(call.before[-1]) != bare(before.text)):
            yield f"answer {answer.serial} did not know answer {before.serial}, which stands before it"
        latest[answer.channel] = answer


def _mischarged(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    servers = {question.name: question.server for question in record.asked}
    visible = {answer.serial for answer in answers}
    for server in dict.fromkeys(servers.values()):
        calls = [call for call in record.calls if servers.get(call.questions[0]) == server]
        money = record.money.get(server, Money())
        yield from (f"the calls of server {server}: {complaint}" for complaint in _sums(calls, money, visible))


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


def _lanes(record: Record) -> Mapping[int, list[Question]]:
    lanes = defaultdict(list)
    for question in record.asked:
        lanes[lane_of(question.name)].append(question)
    return lanes
