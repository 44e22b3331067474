"""The main job on Slack: a mention, a placeholder in its thread, a growing text, the settled answer, and how the talk goes on."""

import asyncio

import pytest

from bot.turns.screen import FILES_ONLY, FILES_TOO
from tests.fakes.server import Fault
from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_a_mention_is_answered_in_its_thread_while_the_model_writes(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    thinks, more = asyncio.Event(), asyncio.Event()
    acme.model.says(thinks, "Rain ", "falls ", more, "mostly & on <plains>.")
    async with acme.parley():
        root = await acme.asks(asha, general, "where does rain fall?")
        await acme.reads(general, "…")
        thinks.set()
        await acme.reads(general, "Rain falls")
        more.set()
        await acme.reads(general, "Rain falls mostly & on <plains>.")
    (answer,) = acme.written(general)
    assert answer.thread_ts == root.ts
    assert [version.text for version in answer.versions] == ["…", "Rain falls", "Rain falls mostly & on <plains>."]
    assert acme.model.asked[0].last_user == "asha: where does rain fall?"
    assert not acme.slack.limits.refused


@over_both
async def test_a_follow_up_needs_no_mention_and_knows_what_was_said(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Noted: 42.")
    acme.model.says("It was 42.")
    async with acme.parley():
        root = await acme.asks(asha, general, "remember 42")
        await acme.reads(general, "Noted: 42.", under=root)
        await acme.says(asha, general, "what was it?", under=root)
        await acme.reads(general, "Noted: 42.", "It was 42.", under=root)
    said = [(line.role, line.text) for line in acme.model.asked[1].lines if not line.text.startswith("[context]")]
    assert said[1:] == [("user", "asha: remember 42"), ("assistant", "Noted: 42."), ("user", "asha: what was it?")]


async def test_a_second_person_ends_the_follow_ups_but_not_the_mentions(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    acme.model.answers(lambda request: f"Heard {request.last_user}")
    async with acme.parley():
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "Heard asha: hello")
        await acme.says(ben, general, "I think so too", under=root)
        await acme.says(asha, general, "do you, ben?", under=root)
        await acme.asks(ben, general, "and you?", under=root)
        await acme.reads(general, "Heard asha: hello", "Heard ben: and you?")
    assert len(acme.model.asked) == 2
    assert acme.answers(general) == ["Heard asha: hello", "Heard ben: and you?"]


@pytest.mark.parametrize(
    ("policy", "answered"),
    [("never", ["asha: 0"]), ("one", ["asha: 0", "asha: 1"]), ("always", ["asha: 0", "asha: 1", "ben: 2", "asha: 3"])],
)
async def test_the_setting_says_which_follow_ups_are_answered(acme: Acme, policy: str, answered: list[str]) -> None:
    """After a mention by asha: one by her, one by ben, another by her; and one that speaks to ben, which nobody answers."""
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    acme.model.answers(lambda request: request.last_user)
    said = [(asha, "1"), (ben, "2"), (asha, "3"), (asha, f"<@{ben.id}> 4")]
    async with acme.parley(thread_followups=policy):
        root = await acme.asks(asha, general, "0")
        await acme.reads(general, "asha: 0")
        for number, (who, text) in enumerate(said, start=2):
            await acme.says(who, general, text, under=root)
            await acme.reads(general, *answered[:number], under=root)
    assert acme.answers(general) == answered


async def test_people_among_themselves_are_left_alone(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    async with acme.parley(thread_followups="always"):
        root = await acme.says(asha, general, "lunch?")
        await acme.says(ben, general, "yes", under=root)
        await acme.slack.integration_says(general, f"<@{acme.slack.team.bot_user}> build failed", thread_ts=root.ts)
    assert (acme.answers(general), acme.model.asked) == ([], [])


@over_both
async def test_each_first_message_of_a_dm_is_a_conversation(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    dm = acme.slack.world.dm(asha, acme.slack.team)
    acme.model.answers(lambda request: f"Heard {request.last_user}")
    async with acme.parley():
        first = await acme.says(asha, dm, "my cat is Tom")
        second = await acme.says(asha, dm, "my dog is Rex")
        await acme.reads(dm, "Heard asha: my cat is Tom", under=first)
        await acme.reads(dm, "Heard asha: my dog is Rex", under=second)
        await acme.says(asha, dm, "and the name?", under=first)
        await acme.reads(dm, "Heard asha: my cat is Tom", "Heard asha: and the name?", under=first)
    asked = "\n".join(line.text for line in acme.model.asked[-1].lines)
    assert "Tom" in asked
    assert "Rex" not in asked
    assert "is thinking…" in acme.slack.world.statuses[dm.id, first.ts]


async def test_the_model_reads_what_people_see(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben", display_name="Ben K.")
    general = acme.channel(asha, ben)
    async with acme.parley():
        code = "```if a &lt; b &amp;&amp; c:\n\treturn```"
        await acme.asks(asha, general, f"ask <@{ben.id}> in <#{general.id}> about <https://x.example/a|the page>: {code}")
        await acme.reads(general, "Hello from the model.")
    assert acme.model.asked[0].last_user == (
        "asha: ask @Ben K. in #general about the page (https://x.example/a): ```if a < b && c:\n\treturn```"
    )


async def test_without_streaming_the_answer_comes_in_one_piece(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with acme.parley(streaming=False):
        await acme.asks(asha, general, "hello")
        await acme.reads(general, "Hello from the model.")
    assert [version.text for version in acme.written(general)[0].versions] == ["…", "Hello from the model."]
    assert not acme.model.asked[0].stream


async def test_files_are_named_as_what_they_are_unread(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    file = acme.slack.add_file("notes.txt", b"the number is 42")
    async with acme.parley():
        await acme.slack.says(asha, general, f"<@{acme.slack.team.bot_user}> and this?", files=[file])
        await acme.reads(general, f"Hello from the model.\n\n*{FILES_TOO}*")
        alone = await acme.slack.says(asha, acme.slack.world.dm(asha, acme.slack.team), "", files=[file])
        await acme.reads(acme.slack.world.channels[alone.channel], FILES_ONLY)
    assert len(acme.model.asked) == 1


async def test_a_busy_channel_is_answered_although_slack_slows_us_down(acme: Acme) -> None:
    """Other apps post there too, so that our own pace does not spare us: Slack names a time, and we keep to it."""
    people = [acme.slack.add_user(f"person{number}") for number in range(6)]
    general = acme.channel(*people)
    acme.slack.faults.add(match=("POST", "chat.postMessage"), fault=Fault(status=429, retry_after=2), times=3)
    async with acme.parley():
        await asyncio.gather(*(acme.asks(one, general, "hello") for one in people))
        await acme.reads(general, *["Hello from the model."] * 6)
    assert len(acme.slack.calls("chat.postMessage")) >= 6 + 3
    assert len(acme.slack.from_bot(general)) == 6
    assert len(acme.model.asked) == 6
