"""Long answers and a bad line to Slack: no character is lost, nothing stands twice, nothing runs into Slack's limits."""

import asyncio
import re
from itertools import pairwise

import pytest

from adapters.rendering.pages import PLACEHOLDER
from tests.fakes.model.sayings import Manner
from tests.fakes.server import Fault
from tests.scenarios.slack_house import Acme

LONG = "\n\n".join(f"{number}. if a < {number} && b > 1: " + "words, more words " * (number % 9) for number in range(120))
"""Some 11,000 characters in more blocks than two messages take."""

SHOWN = re.sub(r" +$", "", LONG, flags=re.MULTILINE)
"""What people see of it: nobody sees a blank at the end of a line. Each message begins with a line of its own."""


async def test_a_long_answer_goes_on_in_further_messages(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(LONG, manner=Manner(chunk=600, delay=0.02))
    async with acme.parley():
        root = await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: "\n\n".join(acme.answers(general)) == SHOWN, 10)
    messages = acme.written(general)
    assert len(messages) > 2
    assert {message.thread_ts for message in messages} == {root.ts}
    assert max(len(version.text) for message in messages for version in message.versions) <= 8_800
    for message in messages:  # it only ever grew, but for the end that moved on into the next message
        grown = [version.text for version in message.versions if version.text != PLACEHOLDER and "thinking…" not in version.text]
        assert all(before.startswith(after) or after.startswith(before) for before, after in pairwise(grown))


async def test_what_was_long_is_remembered_whole(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(LONG)
    acme.model.says("Yes.")
    async with acme.parley():
        root = await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: "\n\n".join(acme.answers(general)) == SHOWN, 10)
        await acme.says(asha, general, "is that all?", under=root)
        await acme.slack.wait_for(lambda: acme.answers(general)[-1] == "Yes.")
    assert [line.text for line in acme.model.asked[1].lines if line.role == "assistant"] == [LONG]


async def test_three_answers_that_grow_at_once_stay_within_slacks_pace(acme: Acme) -> None:
    people = [acme.slack.add_user(name) for name in ("asha", "ben", "cem")]
    general = acme.channel(*people)
    for number in range(len(people)):
        acme.model.says(*(f"{number}.{word} " for word in range(80)), manner=Manner(delay=0.03))
    async with acme.parley():
        await asyncio.gather(*(acme.asks(one, general, "count") for one in people))
        counts = {" ".join(f"{number}.{word}" for word in range(80)) for number in range(len(people))}
        await acme.slack.wait_for(lambda: set(acme.answers(general)) == counts, 10)
    assert len(acme.slack.calls("chat.update")) > 55
    assert acme.slack.limits.refused == {}


@pytest.mark.parametrize("part", ["first", "further"])
async def test_a_post_that_arrived_although_the_line_broke_is_not_doubled(acme: Acme, part: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    text, go = SHOWN[:4_900], asyncio.Event()
    acme.model.says("Well. ", go, text)
    async with acme.parley():
        if part == "first":
            acme.slack.faults.add(match=("POST", "chat.postMessage"), fault=Fault(drop_after=True))
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "Well.")
        if part == "further":
            acme.slack.faults.add(match=("POST", "chat.postMessage"), fault=Fault(drop_after=True))
        go.set()
        await acme.slack.wait_for(lambda: "\n\n".join(acme.answers(general)) == f"Well. {text}")
    assert len(acme.slack.calls("chat.postMessage")) == len(acme.slack.from_bot(general)) == 2
    assert acme.slack.calls("conversations.replies")


async def test_posts_in_doubt_are_looked_up_where_slack_allows_it_once_a_minute(acme: Acme) -> None:
    """As for commercially distributed apps: who may not look yet waits as long as Slack says, and posts nothing blindly."""
    people = [acme.slack.add_user(name) for name in ("asha", "ben")]
    general = acme.channel(*people)
    acme.slack.limits.per_minute["conversations.replies"] = 1
    acme.slack.faults.add(match=("POST", "chat.postMessage"), fault=Fault(drop_after=True), times=2)
    async with acme.parley():
        await asyncio.gather(*(acme.asks(one, general, "hello") for one in people))
        await acme.reads(general, *["Hello from the model."] * 2, within=10)
    assert acme.slack.limits.refused["conversations.replies"] > 0
    assert len(acme.slack.from_bot(general)) == 2


async def test_a_post_that_never_arrived_is_made_again(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.faults.add(match=("POST", "chat.postMessage"), fault=Fault(drop_before=True), times=2)
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "Hello from the model.")
    assert len(acme.slack.from_bot(general)) == 1


@pytest.mark.parametrize(
    "fault", [Fault(drop_before=True), Fault(drop_after=True), Fault(status=503), Fault(status=429, retry_after=1)], ids=str
)
async def test_the_last_edit_is_repeated_until_it_stands(acme: Acme, fault: Fault) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says("Hello ", go, "world.")
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "Hello")
        acme.slack.faults.add(match=("POST", "chat.update"), fault=fault, times=3)
        go.set()
        await acme.reads(general, "Hello world.")
        await acme.slack.wait_for(lambda: len(acme.slack.calls("chat.update")) >= 5)
    assert acme.answers(general) == ["Hello world."]


async def test_a_placeholder_that_somebody_deleted_is_posted_anew(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says(go, "Here it is.")
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "…")
        await acme.slack.deletes(acme.written(general)[0])
        go.set()
        await acme.reads(general, "Here it is.")


async def test_where_we_may_not_write_the_lane_goes_on(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    closed = Fault(status=200, body={"ok": False, "error": "is_archived"})
    acme.slack.faults.add(match=("POST", "chat.postMessage"), fault=closed)
    async with acme.parley():
        root = await acme.asks(asha, general, "hello")
        await acme.slack.wait_for(lambda: acme.slack.calls("chat.postMessage"))
        await acme.asks(asha, general, "again", under=root)
        await acme.reads(general, "Hello from the model.")
