"""What a run must have kept: every violation in one sentence. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bot.turns.asking import WITHDRAWN
from bot.turns.redo import OFFERED
from tests.chaos.aftermath import PATIENCE, aftermath
from tests.chaos.bills import mischarged
from tests.chaos.record import Question, Record, Shown
from tests.chaos.stories import Answer, answers_in, cut_short_in, deleted_in, stories, unfiled_in
from tests.chaos.words import bare, lane_of, serials_in, unnoted

WORDLESS = ("Stopped.", OFFERED)
"""All that an answer may say without a word of the model: somebody stopped it."""


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
        *mischarged(record, answers),
        *aftermath(record),
        *(f"left behind: {what}" for what in record.leftovers),
        *record.complaints,
    ]


def _strays(record: Record) -> Iterator[str]:
    wordless = _wordless(record)
    for shown in record.shown:
        serials = serials_in(shown.text)
        if not serials and shown.message not in wordless:
            yield f"message {shown.message} is no answer: {shown.text[:60]!r}"
        elif len(serials) > 1:
            yield f"message {shown.message} mixes the answers of calls {serials}"


def _wordless(record: Record) -> dict[str, tuple[str, ...]]:
    """Messages that rightly say nothing of the model's, and the questions that they are for: stopped before the first word, taken back,
    or our note alone, which found no room under a long answer.
    """
    names, channels = {question.message: question.name for question in record.asked}, {each.message: each for each in record.shown}
    gone = [question for question in record.asked if question.name in deleted_in(record)]
    ids, places = {question.message for question in gone}, {question.channel for question in gone}
    quiet: dict[str, tuple[str, ...]] = {each.message: () for each in record.shown if each.channel in places and WITHDRAWN in each.text}
    quiet |= {each.message: () for each in record.shown if each.replies_to in ids and _says(each) in WORDLESS}
    for story in stories(record):
        parts = [channels[part] for part in story.kept.parts if part in channels] if story.kept else []
        if story.kept and len(parts) == 1 and story.stopped and _says(parts[0]) in WORDLESS:
            quiet[parts[0].message] = tuple(names[message] for message in story.kept.messages if message in names)
        elif len(parts) > 1 and not unnoted(parts[-1].text).strip():
            quiet[parts[-1].message] = ()
    return quiet


def _says(shown: Shown) -> str:
    return shown.text.removeprefix("-# ").strip()


def _incomplete(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    """Whole, unless somebody stopped it: then it is a beginning."""
    calls, short = {call.serial: call for call in record.calls}, cut_short_in(record)
    for answer in answers:
        call = calls.get(answer.serial)
        if call is None:
            yield f"answer {answer.serial} was never given by the model"
        elif bare(answer.text) != bare(call.text) and not (short & {*call.questions} and bare(call.text).startswith(bare(answer.text))):
            stands = f"{len(answer.text)} characters in {len(answer.parts)} messages"
            yield f"answer {answer.serial} to {call.questions} stands as {stands}, not {len(call.text)}"
    for filed in record.filed:
        told = serials_in(filed.answer)
        if filed.complete and told and told[0] in calls and bare(filed.answer) != bare(calls[told[0]].text):
            yield f"answer {told[0]} counts as complete, and is not"


def _not_once(record: Record, answers: Sequence[Answer]) -> Iterator[str]:
    """One that was deleted may have no answer."""
    times = Counter(name for answer in answers for name in answer.questions)
    times += Counter(name for names in _wordless(record).values() for name in names)
    deleted = deleted_in(record)
    for question in record.asked:
        if times[question.name] != 1 and not (question.name in deleted and not times[question.name]):
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
    asked, deleted = {question.name: question for question in record.asked}, deleted_in(record)
    for answer in answers:
        questions = [asked[name] for name in answer.questions if name in asked]
        if len({lane_of(name) for name in answer.questions}) > 1 or {question.channel for question in questions} - {answer.channel}:
            yield f"answer {answer.serial} stands in channel {answer.channel} and answers {answer.questions}"
        elif questions and answer.replies_to != questions[-1].message and questions[-1].name not in deleted:
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
    """The history is what is visible: the same words, under the same messages, in the lane's order. What was deleted is in neither."""
    ids = {question.name: question.message for question in record.asked}
    lanes = {question.message: lane_of(question.name) for question in record.asked}
    shown = {tuple(ids.get(name, name) for name in answer.questions): answer for answer in answers}
    filed = {entry.messages: entry for entry in record.filed}
    for messages, count in Counter(entry.messages for entry in record.filed).items():
        if count > 1:
            yield f"messages {messages} are in the history {count} times"
    gone = {ids[name] for name in deleted_in(record)}
    for messages in shown.keys() | filed.keys():
        if gone & {*messages} or (messages not in filed and {*shown[messages].questions} & unfiled_in(record)):
            continue
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
    latest: dict[str, list[Answer]] = defaultdict(list)
    deleted = deleted_in(record) | unfiled_in(record)
    for answer in sorted(answers, key=lambda answer: int(answer.parts[0])):
        before, call = latest[answer.channel], calls.get(answer.serial)
        known = bare(call.before[-1]) if call and call.before else ""
        may_know = {bare(each.text) for each in before} | ({""} if before and {*before[0].questions} & deleted else set())
        if answer.channel in exclusive and before and call and known not in may_know:
            yield f"answer {answer.serial} did not know answer {before[-1].serial}, which stands before it"
        if not {*answer.questions} & deleted:
            before.clear()
        before.append(answer)


def _lanes(record: Record) -> Mapping[int, list[Question]]:
    lanes = defaultdict(list)
    for question in record.asked:
        lanes[lane_of(question.name)].append(question)
    return lanes
