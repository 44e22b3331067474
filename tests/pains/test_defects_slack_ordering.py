"""Two defects of ordering, on Slack: edits nobody waited for arrived in another order; the reader of the model waited for edits.

And those around them: one clock for all conversations' edits, an identical new answer that was swallowed as "unchanged", and a native
stream that was never stopped.
"""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.fakes.model.sayings import Manner
from tests.fakes.model.server import ModelServer
from tests.fakes.server import Fault
from tests.scenarios.slack_house import Acme

GROWS = {"auto": "chat.appendStream", "off": "chat.update"}
WRITES = ("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.postMessage", "chat.update")
HELLO = "Hello from the model."
both_ways = pytest.mark.parametrize("streams", ["auto", "off"], ids=["streams", "updates"])


@both_ways
async def test_what_grows_arrives_in_the_order_of_the_text_and_one_call_at_a_time(acme: Acme, streams: str) -> None:
    """Every other call takes long to arrive: whoever does not wait for it is overtaken by the next."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    words = [f"word{number} " for number in range(120)]
    for number in range(40):
        acme.slack.faults.add(match=("POST", GROWS[streams]), fault=Fault(delay=0.15 if number % 2 else 0.0))
    acme.model.says(*words, manner=Manner(delay=0.01))
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "count")
        await acme.reads(general, "".join(words).strip(), within=15.0)
    (answer,) = acme.slack.from_bot(general)
    lengths = [len(version.text) for version in answer.versions]
    assert lengths == sorted(lengths)
    assert len(lengths) > 4
    calls = [each for each in acme.slack.requests if each.path.rpartition("/")[2] in WRITES]
    assert len(calls) > 4
    assert all(after.at >= before.answered_at for before, after in pairwise(calls))


@both_ways
async def test_a_slow_platform_never_slows_the_reading_of_the_model(acme: Acme, streams: str) -> None:
    """The model has long finished when the first slow call returns: the next one carries all of it."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    words = [f"word{number} " for number in range(100)]
    acme.slack.faults.add(match=("POST", GROWS[streams]), fault=Fault(delay=1.0), times=20)
    acme.model.says(*words, manner=Manner(delay=0.004))
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "count")
        await acme.model.wait_for(lambda: acme.model.bills)
        assert len(acme.answers(general)[0]) < len("".join(words)) / 2, "the model had finished before the first call returned"
        await acme.reads(general, "".join(words).strip())
    (answer,) = acme.slack.from_bot(general)
    assert len(answer.versions) <= 4


@both_ways
async def test_two_answers_do_not_wait_for_each_others_calls(acme: Acme, streams: str) -> None:
    """A call of one answer is under way for long; meanwhile another answer is written, in the same workspace."""
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general, other = acme.channel(asha), acme.channel(ben, name="other")
    acme.model.answers(lambda _: ["One ", "two ", "three."], manner=Manner(delay=0.05))
    async with acme.parley(slack_streams=streams):
        acme.slack.faults.add(match=("POST", GROWS[streams]), fault=Fault(delay=1.5))
        await acme.asks(asha, general, "count")
        await acme.slack.wait_for(lambda: acme.slack.calls(GROWS[streams]))
        await acme.asks(ben, other, "count")
        await acme.reads(other, "One two three.", within=1.2)
        assert acme.answers(general) != ["One two three."]
        await acme.reads(general, "One two three.")


@both_ways
async def test_the_same_answer_again_is_an_answer(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with acme.parley(slack_streams=streams):
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, HELLO, under=root)
        await acme.asks(asha, general, "hello", under=root)
        await acme.reads(general, HELLO, HELLO, under=root)
    assert [message.thread_ts for message in acme.slack.from_bot(general)] == [root.ts, root.ts]


ENDINGS: list[tuple[str, Callable[[ModelServer], None]]] = [
    ("whole", lambda model: model.says("One two")),
    ("nothing", lambda model: model.says("")),
    ("cut", lambda model: model.cut("One two")),
    ("error frame", lambda model: model.error_frame("One two")),
    ("no finish", lambda model: model.no_finish("One two")),
    ("stalled", lambda model: model.stall("One two")),
    ("length", lambda model: model.length("One two")),
    ("filtered", lambda model: model.content_filter("")),
    ("down", lambda model: model.status(503, times=None)),
    ("flagged", lambda model: model.flags("hello", category="harassment")),
]


@pytest.mark.parametrize("plays", [pytest.param(row[1], id=row[0]) for row in ENDINGS])
async def test_a_native_stream_is_stopped_whatever_becomes_of_the_model(acme: Acme, plays: Callable[[ModelServer], None]) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    plays(acme.model)
    async with acme.parley(slack_streams="auto", first_token_timeout=0.3, chunk_timeout=0.3, model_attempts=1):
        await acme.asks(asha, general, "hello")
        await acme.slack.wait_for(lambda: acme.slack.streams.ages)
    acme.model.released.set()
    (answer,) = acme.slack.from_bot(general)
    assert not answer.streaming
    assert answer.text


@pytest.mark.parametrize(
    "fault",
    [Fault(status=503), Fault(status=429, retry_after=1), Fault(drop_before=True), Fault(drop_after=True)],
    ids=["503", "429", "lost", "of unknown fate"],
)
async def test_a_native_stream_is_stopped_although_slack_fails(acme: Acme, fault: Fault) -> None:
    asha = acme.slack.add_user("asha")
    general, end = acme.channel(asha), asyncio.Event()
    acme.model.says("One ", end, "two.")
    async with acme.parley(slack_streams="auto"):
        acme.slack.faults.add(match=("POST", "chat.stopStream"), fault=fault)
        await acme.asks(asha, general, "count")
        await acme.reads(general, "One")
        end.set()
        await acme.reads(general, "One two.")
        await acme.slack.wait_for(lambda: acme.slack.streams.ages)
    (answer,) = acme.slack.from_bot(general)
    assert (answer.text, answer.streaming) == ("One two.", False)


async def test_a_native_stream_is_stopped_when_the_process_ends_in_order(acme: Acme) -> None:
    """What is in work is given up, and its successor finishes it in the same message."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("One", asyncio.Event())
    acme.model.says("One two.")
    async with acme.parley(slack_streams="auto", drain_seconds=0.0):
        await acme.asks(asha, general, "count")
        await acme.reads(general, "One")
    async with acme.parley(slack_streams="auto"):
        await acme.reads(general, "One two.")
        await acme.slack.wait_for(lambda: not acme.written(general)[0].streaming)
    assert len(acme.slack.from_bot(general)) == 1
