"""Pain 5: a native Slack stream dies some five minutes after its start, even with traffic, and the tail of the answer is lost."""

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import ModelDown, StreamCut
from tests.fakes.slack.streams import LIFETIME
from tests.fakes.slack.workspace import Channel
from tests.kills.victim import victim
from tests.pains.six_minutes import PATIENCE, SLOWLY, WORDS, slack_in_haste
from tests.scenarios.slack_house import Acme

LONGEST = 240.0
"""Seconds that a stream of ours may live: well before Slack ends it."""


def words(acme: Acme, channel: Channel) -> list[str]:
    """All that stands in our messages."""
    return " ".join(acme.answers(channel)).split()


def live(acme: Acme, channel: Channel) -> list[str]:
    """The streams that nobody has ended: people would see them being written for ever."""
    return [message.ts for message in acme.slack.from_bot(channel) if message.streaming or message.broken]


async def test_pain_05_a_stream_of_six_minutes_goes_on_in_a_fresh_one_before_slack_ends_it(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(*WORDS, manner=SLOWLY)
    async with slack_in_haste(acme, slack_streams="auto") as begun:
        root = await acme.asks(asha, general, "slowly, please")
        await acme.slack.wait_for(lambda: words(acme, general) == "".join(WORDS).split() and not live(acme, general), PATIENCE)
        assert (begun.times, len(acme.model.asked)) == (1, 1)
    first, *others = acme.slack.from_bot(general)
    assert others
    assert {message.thread_ts for message in (first, *others)} == {root.ts}
    assert max(acme.slack.streams.ages.values()) < LONGEST < LIFETIME
    assert first.text.endswith("."), "turned between two sentences at least"
    for message in (first, *others):
        assert all(after.text.startswith(before.text) for before, after in pairwise(message.versions))
    assert acme.slack.calls("chat.update") == [], "nothing had to be rescued"
    assert acme.slack.limits.refused == {}


async def test_pain_05_an_answer_of_six_minutes_by_updates_is_one_turn(acme: Acme) -> None:
    """The lane's lease runs out several times, unless it is renewed: then another process would begin the answer anew."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(*WORDS, manner=SLOWLY)
    async with slack_in_haste(acme) as begun:
        await acme.asks(asha, general, "slowly, please")
        await acme.slack.wait_for(lambda: words(acme, general) == "".join(WORDS).split(), PATIENCE)
        assert (begun.times, len(acme.model.asked)) == (1, 1)
    (answer,) = acme.slack.from_bot(general)
    assert len(answer.versions) > 60, "it is seen to grow all the time"
    assert acme.slack.limits.refused == {}


@pytest.mark.parametrize("ended_in", ["an append", "the last text"])
async def test_pain_05_what_slack_ended_early_is_brought_by_an_update(acme: Acme, ended_in: str) -> None:
    asha = acme.slack.add_user("asha")
    general, go, end = acme.channel(asha), asyncio.Event(), asyncio.Event()
    acme.model.says("The beginning", go, " and the middle", end, " and the end.")
    async with acme.parley(slack_streams="auto"):
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "The beginning")
        if ended_in == "the last text":
            go.set()
            await acme.reads(general, "The beginning and the middle")
        acme.slack.streams.clock = lambda: time.monotonic() + LIFETIME + 1
        go.set()
        await acme.reads(general, "The beginning and the middle")
        end.set()
        await acme.reads(general, "The beginning and the middle and the end.")
        (answer,) = acme.slack.from_bot(general)
        await acme.slack.wait_for(lambda: not answer.streaming and answer.blocks)
    assert len(acme.slack.calls("chat.startStream")) == 1
    assert acme.slack.calls("chat.update")


@pytest.mark.parametrize("said", ["One two", ""], ids=["in mid-stream", "before a word"])
async def test_pain_05_a_model_that_fails_leaves_no_stream_open(acme: Acme, said: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    if said:
        acme.model.cut(said)
    else:
        acme.model.status(503, times=None)
    async with acme.parley(slack_streams="auto", model_attempts=1):
        await acme.asks(asha, general, "count")
        await acme.reads(general, f"{said}\n\n*{StreamCut.user_text}*" if said else ModelDown.user_text)
        await acme.slack.wait_for(lambda: not live(acme, general))
    assert len(acme.slack.calls("chat.startStream")) == 1
    assert len(acme.slack.calls("chat.stopStream")) == 1


async def test_pain_05_a_stream_whose_process_died_is_ended_by_its_successor(acme: Acme, tmp_path: Path) -> None:
    """The whole answer stands where it began, and nothing below it."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("The beginning", asyncio.Event())
    acme.model.says("The beginning and the end.")
    settings = acme.settings(slack_streams="auto", lease_seconds=0.5)
    async with victim(settings, tmp_path, platform="slack") as dead:
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "The beginning", within=PATIENCE)
        dead.kill()
        await dead.dies()
    assert live(acme, general)
    async with acme.parley(slack_streams="auto"):
        await acme.reads(general, "The beginning and the end.", under=root, within=PATIENCE)
        await acme.slack.wait_for(lambda: not live(acme, general))
    assert len(acme.slack.from_bot(general)) == 1
    assert len(acme.model.asked) == 2


async def test_pain_05_a_start_whose_process_died_before_it_knew_is_found(acme: Acme, tmp_path: Path) -> None:
    """A stream has no metadata by which it could be known: no second message stands beside an empty one that never ends."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    settings = acme.settings(slack_streams="auto", lease_seconds=0.5)
    async with victim(settings, tmp_path, step="posted", platform="slack") as dead:
        root = await acme.asks(asha, general, "hello")
        await dead.dies()
    assert live(acme, general)
    async with acme.parley(slack_streams="auto"):
        await acme.reads(general, "Hello from the model.", under=root, within=PATIENCE)
        await acme.slack.wait_for(lambda: not live(acme, general))
    assert len(acme.slack.from_bot(general)) == 1
