"""Pain 18: streaming that is janky on Slack: a 256-character buffer, a status over the text, pushes that stretch the answer."""

import asyncio
from itertools import pairwise

import pytest

from tests.fakes.model.sayings import Manner
from tests.fakes.server import Fault
from tests.fakes.slack.workspace import Message
from tests.scenarios.slack_house import Acme

DOTS = "…"
GROWS = {"auto": "chat.appendStream", "off": "chat.update"}
both_ways = pytest.mark.parametrize("streams", ["auto", "off"], ids=["streams", "updates"])


def versions(message: Message) -> list[str]:
    """The texts that people saw there, one after the other."""
    return [version.text for version in message.versions if version.text not in ("", DOTS)]


@both_ways
async def test_pain_18_a_first_word_is_seen_before_the_second_is_written(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general, more = acme.channel(asha), asyncio.Event()
    acme.model.says("Yes", more, ", of course.")
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "may I?")
        await acme.reads(general, "Yes")
        more.set()
        await acme.reads(general, "Yes, of course.")
    (answer,) = acme.slack.from_bot(general)
    assert versions(answer) == ["Yes", "Yes, of course."]


@both_ways
async def test_pain_18_hundreds_of_chunks_become_few_sends_and_the_answer_is_not_stretched(acme: Acme, streams: str) -> None:
    """One push for each chunk would need almost five minutes of Slack's time here."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    words = [f"word{number} " for number in range(220)]
    acme.model.says(*words, manner=Manner(delay=0.002))
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "count")
        await acme.slack.wait_for(lambda: acme.model.sent("/v1/chat/completions"))
        began = asyncio.get_running_loop().time()
        await acme.reads(general, "".join(words).strip())
        took = asyncio.get_running_loop().time() - began
    (answer,) = acme.slack.from_bot(general)
    assert 4 < len(versions(answer)) < 60
    assert len(acme.slack.calls(GROWS[streams])) < 60
    assert took < 2.5
    assert acme.slack.limits.refused == {}


@both_ways
async def test_pain_18_the_status_never_covers_the_text(acme: Acme, streams: str) -> None:
    """Each status arrives when text stands there already: it is taken back at once, and not two minutes later by Slack."""
    asha = acme.slack.add_user("asha")
    dm, more = acme.slack.world.dm(asha, acme.slack.team), asyncio.Event()
    acme.slack.faults.add(match=("POST", "assistant.threads.setStatus"), fault=Fault(delay=0.2), times=9)
    acme.model.says("Yes", more, ", of course.")
    async with acme.parley(slack_streams=streams):
        asked = await acme.says(asha, dm, "may I?")
        await acme.reads(dm, "Yes")
        more.set()
        await acme.reads(dm, "Yes, of course.")
    assert acme.slack.world.statuses.get((dm.id, asked.ts), [])[-1:] in ([], [""])  # what was under way has been said


async def test_pain_18_a_stream_clears_the_status_before_its_first_text_is_old(acme: Acme) -> None:
    """Slack itself takes a status away when a message arrives, but a stream is one before it has words."""
    asha = acme.slack.add_user("asha")
    general, go, more = acme.channel(asha), asyncio.Event(), asyncio.Event()
    acme.model.says(go, "Yes", more, ", of course.")
    async with acme.parley(slack_streams="auto"):
        root = await acme.asks(asha, general, "may I?")
        statuses = acme.slack.world.statuses
        await acme.slack.wait_for(lambda: statuses.get((general.id, root.ts)) and acme.written(general))
        assert statuses[general.id, root.ts][-1] == "is thinking…"
        go.set()
        await acme.slack.wait_for(lambda: statuses[general.id, root.ts][-1] == "")
        assert acme.answers(general) in (["Yes"], [""]), "before any more comes"
        more.set()
        await acme.reads(general, "Yes, of course.")


@both_ways
async def test_pain_18_what_grows_only_grows(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    manner = Manner(chunk=3, delay=0.01)
    acme.model.says("Some **bold words", " here** and `code", "` and a [link](https://example", ".com/page).", manner=manner)
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "write")
        await acme.slack.wait_for(lambda: acme.answers(general)[:1] and acme.answers(general)[0].endswith("(example.com)."))
    (answer,) = acme.slack.from_bot(general)
    grown = [text.translate({ord(mark): None for mark in "*`[]()<>"}) for text in versions(answer)]
    assert len(grown) > 3
    assert all(after.startswith(before) for before, after in pairwise(grown))
