"""What people wrote while Parley was away is answered when it is back: once, in order, and not when it is too old."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.gate.attendance import Attendance
from bot.store.connection import Store
from bot.vocabulary.door import Source
from tests.engine.turns.crew import until
from tests.fakes.discord import Channel, User, bits
from tests.kills.victim import victim
from tests.scenarios.discord_house import Home

FOLLOW_UP = "and then?"


@pytest.fixture(autouse=True)
def echo(home: Home) -> None:
    """Every answer says whom and what it heard."""
    home.model.answers(lambda request: f"Heard {request.last_user}")


async def answered(home: Home, channel: Channel, *texts: str) -> None:
    await home.reads(*(f"Heard {text}" for text in texts), channel=channel, within=10.0)


async def once_run(home: Home) -> None:
    """A house that listened for a while, and ended."""
    async with home.parley() as engine:
        source = Source("discord", str(home.discord.bot.id), "0/1")

        async def stamped() -> bool:
            return await engine.attendance.heard_until(source) is not None

        await until(stamped)


async def once_known(home: Home, person: User) -> Channel:
    """Somebody whose direct channel was heard before, and a house that has run and ended."""
    direct = home.discord.dm_with(person)
    async with home.parley():
        await home.says(person, "hi", channel=direct)
        await answered(home, direct, f"{person.display}: hi")
    return direct


def history_reads(home: Home) -> list[str]:
    """Paths of the listings of messages that were asked for."""
    return [r.path for r in home.discord.requests if r.method == "GET" and r.path.endswith("/messages")]


async def test_after_a_restart_each_is_answered_once_and_in_order(home: Home) -> None:
    ada, bob, eve = home.person("Ada"), home.person("Bob"), home.person("Eve")
    other, thread = home.discord.add_channel("other", guild=home.guild), home.thread()
    direct = await once_known(home, eve)
    await home.asks(ada, "one")
    await home.says(bob, "not for you")
    await home.asks(bob, "in a thread", channel=thread)
    await home.asks(ada, "two")
    await home.asks(bob, "elsewhere", channel=other)
    await home.says(eve, "directly", channel=direct)
    with capture_logs() as logs:
        async with home.parley():
            await home.asks(ada, "three, live")
            await answered(home, thread, "Bob: in a thread")
            await answered(home, other, "Bob: elsewhere")
            await answered(home, direct, "Eve: hi", "Eve: directly")
            await home.discord.wait_for(lambda: "three, live" in "".join(home.answers()), 10.0)
            await home.asks(bob, "the last word", channel=other)
            await answered(home, other, "Bob: elsewhere", "Bob: the last word")
    heard = "".join(home.answers())
    assert [heard.count(text) for text in ("one", "two", "three, live", "not for you")] == [1, 1, 1, 0]
    assert heard.index("one") < heard.index("two") < heard.index("three, live")
    (line,) = [line for line in logs if line["event"] == "caught_up"]
    assert (line["channels"], line["skipped"]) == (4, 0)
    assert line["messages"] in (6, 7)  # "hi" was answered before, and "three, live" may have been said before the reading


async def test_what_was_taken_in_before_a_crash_is_not_answered_twice(home: Home) -> None:
    ada = home.person("Ada")
    async with home.parley():
        await home.asks(ada, "before")
        await answered(home, home.general, "Ada: before")
    await home.asks(ada, "meanwhile")
    for _ in range(2):
        async with home.parley():
            await answered(home, home.general, "Ada: before", "Ada: meanwhile")
            await asyncio.sleep(0.3)
    assert len(home.ever()) == len(home.model.asked) == 2
    assert history_reads(home)


async def test_pain_08_after_a_kill_what_was_known_is_not_answered_again_and_what_was_missed_is(
    home: Home, store: Store, tmp_path: Path
) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    attendance = Attendance(store, clock=SystemClock())
    source = Source("discord", str(home.discord.bot.id), "0/1")

    async def stamped() -> bool:
        return bool(await attendance.heard_until(source))

    async with victim(home.settings(), tmp_path) as dead:
        await home.asks(ada, "before")
        await answered(home, home.general, "Ada: before")
        await until(stamped)
        dead.kill()
        await dead.dies()
    await home.asks(bob, "meanwhile")
    async with home.parley():
        await answered(home, home.general, "Ada: before", "Bob: meanwhile")
        await asyncio.sleep(0.3)
    assert len(home.ever()) == len(home.model.asked) == 2


async def test_what_is_older_than_the_bound_is_left_alone(home: Home) -> None:
    ada = home.person("Ada")
    await once_run(home)
    await home.asks(ada, "old")
    await asyncio.sleep(1.5)
    await home.asks(ada, "new")
    async with home.parley(catch_up_minutes=1 / 60):
        await answered(home, home.general, "Ada: new")
        await asyncio.sleep(0.3)
    assert len(home.model.asked) == 1


async def test_only_the_newest_messages_of_a_channel_are_read_back(home: Home) -> None:
    people = [home.person(f"P{number}") for number in range(4)]
    await once_run(home)
    for person in people:
        await home.asks(person, "hello")
    async with home.parley(catch_up_messages=2):
        await home.discord.wait_for(lambda: sorted(home.answers()) == ["Heard P2: hello", "Heard P3: hello"], 10.0)
        await asyncio.sleep(0.3)
    assert len(home.model.asked) == 2


async def test_switched_off_nothing_is_read_back(home: Home) -> None:
    ada = home.person("Ada")
    await once_run(home)
    await home.asks(ada, "missed")
    async with home.parley(catch_up_minutes=0):
        await home.asks(ada, "heard")
        await answered(home, home.general, "Ada: heard")
    assert history_reads(home) == []


async def test_the_first_start_reads_nothing_back_and_neither_does_a_new_server(home: Home) -> None:
    ada = home.person("Ada")
    await home.asks(ada, "before you came")
    async with home.parley():
        await home.asks(ada, "now")
        await answered(home, home.general, "Ada: now")
        guild = home.discord.add_guild("Away")
        channel = home.discord.add_channel("away", guild=guild)
        await home.asks(home.person("Bob", guild=guild), "hello", channel=channel)
        await answered(home, channel, "Bob: hello")
    assert history_reads(home) == []


async def test_where_we_may_not_read_back_we_do_not_try(home: Home) -> None:
    ada, strict = home.person("Ada"), home.discord.add_channel("strict", guild=home.guild, denied=bits.READ_HISTORY)
    await once_run(home)
    await home.asks(ada, "unreadable", channel=strict)
    await home.asks(ada, "readable")
    async with home.parley():
        await answered(home, home.general, "Ada: readable")
    assert history_reads(home) == [f"/api/v10/channels/{home.general.id}/messages"]
    assert not [request for request in home.discord.requests if request.status == 403]


@pytest.mark.parametrize("wanted", [True, False])
async def test_talk_in_a_thread_is_read_back_only_with_the_content_intent(home: Home, wanted: bool) -> None:
    """Discord may show it to us through REST all the same; whoever switched it off does not want it read."""
    ada, thread = home.person("Ada"), home.thread()
    async with home.parley():
        await home.asks(ada, "hello", channel=thread)
        await answered(home, thread, "Ada: hello")
    await home.says(ada, FOLLOW_UP, channel=thread)
    await home.asks(ada, "are you there", channel=thread)
    async with home.parley(discord_message_content=wanted):
        await home.discord.wait_for(lambda: "are you there" in "".join(home.answers(thread)), 10.0)
    assert (FOLLOW_UP in "".join(home.answers(thread))) is wanted


async def test_an_order_read_back_is_carried_out_with_the_rights_of_its_author(home: Home) -> None:
    root = home.person("Root", permissions=bits.MANAGE_GUILD)
    await once_run(home)
    await home.asks(root, "persona use translator")
    async with home.parley():
        await home.discord.wait_for(lambda: home.answers() and "…" not in home.answers(), 10.0)
        await home.asks(root, "hello")
        await home.discord.wait_for(lambda: home.model.asked, 10.0)
        await home.discord.wait_for(lambda: len(home.answers()) == 2 and "…" not in home.answers(), 10.0)
    assert "You are a translator" in home.model.asked[0].system


async def test_a_session_that_became_invalid_is_caught_up_and_one_that_resumes_is_not(home: Home) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    async with home.parley():
        await home.asks(ada, "one")
        await answered(home, home.general, "Ada: one")
        await home.discord.drop_gateway()
        await home.asks(ada, "two")
        await answered(home, home.general, "Ada: one", "Ada: two")
        assert home.discord.gateway.resumes == 1
        assert history_reads(home) == []
        home.discord.gateway.invalidate()
        await home.asks(ada, "three")
        await home.asks(bob, "four")
        await home.discord.wait_for(partial(_begun, home, 2), 10.0)
        await home.discord.wait_for(lambda: len(home.answers()) == 4 and "…" not in home.answers(), 10.0)
    assert sorted(home.answers()) == [f"Heard {text}" for text in ("Ada: one", "Ada: three", "Ada: two", "Bob: four")]
    assert len(home.model.asked) == 4
    assert len(history_reads(home)) == 1


def _begun(home: Home, sessions: int) -> bool:
    return len(home.discord.gateway.identifies) == sessions
