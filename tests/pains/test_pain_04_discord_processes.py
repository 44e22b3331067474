"""Pain 4 with several processes: what comes while an answer is written is seen to wait, and is answered once and in order, whoever dies."""

import asyncio
from pathlib import Path

from bot.turns.refusals import FULL
from tests.engine.turns.crew import until
from tests.fakes.discord import bits
from tests.kills.victim import victim
from tests.pains.discord_processes import LONG, PATIENCE, receiver, signed, told, whole, worker
from tests.scenarios.discord_house import DOTS, Home


async def test_pain_04_what_waits_behind_an_answer_whose_process_is_killed_keeps_its_order_and_loses_its_sign(
    home: Home, tmp_path: Path
) -> None:
    """The one who dies has put up a sign; the one who is left takes it away."""
    ada, ben, thread = home.person("Ada"), home.person("Ben"), home.thread()
    home.model.says("Half", asyncio.Event())
    home.model.answers(lambda request: f"To {request.last_user}")
    async with victim(home.settings(lease_seconds=2.0), tmp_path) as dying:
        await home.asks(ada, "1", channel=thread)
        await home.reads("Half", channel=thread, within=PATIENCE)
        waiting = [await home.asks(ada, "2", channel=thread)]
        await signed(home, *waiting)
        async with whole(home) as left:
            for who, text in ((ada, "3"), (ben, "4"), (ada, "5")):
                waiting.append(await home.asks(who, text, channel=thread))
            await signed(home, *waiting)
            assert [told(home, message) for message in waiting] == [1, 2, 2, 2]
            dying.kill()
            await dying.dies()
            await home.reads("To Ada: 1", "To Ada: 2\nAda: 3", "To Ben: 4", "To Ada: 5", channel=thread, within=PATIENCE)
            await signed(home, *waiting, signs=False)
            await until(lambda: left.passed.count("finished") == 4)
    assert [request.last_user for request in home.model.asked] == ["Ada: 1", "Ada: 1", "Ada: 2\nAda: 3", "Ben: 4", "Ada: 5"]
    assert len(home.ever(thread)) == 4


async def test_pain_04_what_two_workers_share_is_answered_in_order_within_a_lane_and_side_by_side_beyond(home: Home) -> None:
    """A stranger's answer does not wait for the one that hangs; its author's next message does, with a sign."""
    ada, ben = home.person("Ada"), home.person("Ben")
    go = asyncio.Event()
    home.model.says("First", go, " answer.")
    home.model.answers(lambda request: f"To {request.last_user}")
    async with worker(home, lease_seconds=LONG), worker(home, lease_seconds=LONG), receiver(home, lease_seconds=LONG):
        await home.asks(ada, "one")
        await home.reads("First", within=PATIENCE)
        waiting = [await home.asks(ada, text) for text in ("two", "three")]
        await signed(home, *waiting)
        await home.asks(ben, "hello")
        await home.reads("First", "To Ben: hello", within=PATIENCE)
        go.set()
        await home.reads("First answer.", "To Ben: hello", "To Ada: two\nAda: three", within=PATIENCE)
        await signed(home, *waiting, signs=False)


async def test_pain_04_a_message_for_which_there_is_no_room_is_refused_in_words_once_though_two_processes_hear_it(home: Home) -> None:
    ada, go = home.person("Ada"), asyncio.Event()
    home.model.says(go, "First.")
    home.model.says("Second.")
    async with whole(home, mailbox_messages=2), whole(home, mailbox_messages=2):
        await home.asks(ada, "one")
        await home.reads(DOTS, within=PATIENCE)
        waits = await home.asks(ada, "two")
        await signed(home, waits)
        await home.asks(ada, "three")
        await home.reads(DOTS, FULL, within=PATIENCE)
        go.set()
        await home.reads("First.", FULL, "Second.", within=PATIENCE)
    assert [request.last_user for request in home.model.asked] == ["Ada: one", "Ada: two"]
    assert len(home.ever()) == 3


async def test_pain_04_a_stop_that_one_process_hears_ends_what_another_writes(home: Home) -> None:
    """By mention and by slash command; no renewal would bring it in time."""
    ada, mod = home.person("Ada"), home.person("Mod", permissions=bits.MANAGE_MESSAGES)
    for beginning in ("Once", "Twice"):
        home.model.says(beginning, asyncio.Event())
    async with worker(home, lease_seconds=LONG), receiver(home, lease_seconds=LONG):
        await home.asks(ada, "a story")
        await home.reads("Once", within=PATIENCE)
        await home.asks(ada, "stop")
        await home.reads("Once\n\n-# Stopped.", within=PATIENCE)
        await home.asks(ada, "another")
        await home.reads("Once\n\n-# Stopped.", "Twice", within=PATIENCE)
        assert (await home.order(mod, "stop")).text == "Stopping."
        await home.reads("Once\n\n-# Stopped.", "Twice\n\n-# Stopped.", within=PATIENCE)
    assert len(home.ever()) == 2
