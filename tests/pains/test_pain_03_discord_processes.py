"""Pain 3 with several processes: what is sent in a row is one turn, and who goes on writing steers, whoever hears and answers."""

import asyncio
from pathlib import Path

from bot.store.connection import Store
from bot.turns.asking import STEERED
from bot.turns.mailbox import Mailbox
from tests.engine.turns.crew import until
from tests.fakes.discord import bits
from tests.kills.victim import victim
from tests.pains.discord_processes import LONG, PATIENCE, receiver, signed, whole, worker
from tests.scenarios.discord_house import Home

BURST = ("my cat is called Tom", "he is seven", "no, eight", "what may he eat?")
AS_ONE = "Ada: " + "\nAda: ".join(BURST)


async def test_pain_03_direct_messages_in_a_row_are_one_turn_though_each_of_two_processes_hears_them_all(home: Home) -> None:
    ada = home.person("Ada")
    direct = home.discord.dm_with(ada)
    async with whole(home, gather_seconds=2.0) as one, whole(home, gather_seconds=2.0) as other:
        asked = [await home.says(ada, text, channel=direct) for text in BURST]
        await home.reads("Hello from the model.", channel=direct, within=PATIENCE)
        await until(lambda: "finished" in one.passed + other.passed)
    assert [request.last_user for request in home.model.asked] == [AS_ONE]
    assert [message.reply_to for message in home.ever(direct)] == [asked[-1]]


async def test_pain_03_a_burst_whose_process_dies_while_it_is_gathered_stays_one_turn(home: Home, store: Store, tmp_path: Path) -> None:
    ada = home.person("Ada")
    direct = home.discord.dm_with(ada)

    async def all_joined() -> bool:
        (lane,) = await Mailbox(store, most=1).waiting() or (None,)
        return lane is not None and len(await Mailbox(store, most=1).head(lane.lane, most=9)) == len(BURST)

    async with victim(home.settings(gather_seconds=30.0), tmp_path) as gathering:
        for text in BURST:
            await home.says(ada, text, channel=direct)
        await until(all_joined, within=PATIENCE)
        gathering.kill()
        await gathering.dies()
    async with worker(home, gather_seconds=1.0):
        await home.reads("Hello from the model.", channel=direct, within=PATIENCE)
    assert [request.last_user for request in home.model.asked] == [AS_ONE]


async def test_pain_03_a_new_message_steers_the_answer_that_another_process_writes(home: Home) -> None:
    """No renewal would tell that process in time: it hears of it at once."""
    root = home.person("Root", permissions=bits.MANAGE_GUILD)
    home.model.says("Red is a colour", asyncio.Event())
    home.model.says("Blue it is.")
    async with worker(home, lease_seconds=LONG), receiver(home, lease_seconds=LONG):
        assert "stops the answer" in (await home.order(root, "busy", mode="steer")).text
        await home.asks(root, "tell me of red")
        await home.reads("Red is a colour", within=PATIENCE)
        changed = await home.asks(root, "no, blue!")
        await home.reads(f"Red is a colour\n\n-# {STEERED}", "Blue it is.", within=PATIENCE)
        await home.model.disconnected.wait()
    assert home.written()[1].reply_to is changed
    assert said(home)[-3:] == ["Root: tell me of red", "Red is a colour", "Root: no, blue!"]


async def test_pain_03_who_goes_on_just_as_the_answer_ends_does_not_stop_the_answer_to_what_they_said(home: Home) -> None:
    """The message has joined; before it is found to steer, the answer before it is done and its own has begun."""
    root, ben = home.person("Root", permissions=bits.MANAGE_GUILD), home.person("Ben")
    done, on, late = asyncio.Event(), asyncio.Event(), asyncio.Event()
    home.model.says("Red is", done, " a colour.")
    home.model.says("Blue", on, " it is.")
    home.model.says("Hello Ben.")
    async with worker(home), whole(home) as hears:
        await home.order(root, "busy", mode="steer")
        await home.asks(root, "tell me of red")
        await home.reads("Red is", within=PATIENCE)
        hears.gates["joined"] = late
        await home.asks(root, "and of blue")
        await until(lambda: hears.passed.count("joined") == 2)
        done.set()
        await home.reads("Red is a colour.", "Blue", within=PATIENCE)
        late.set()
        await home.asks(ben, "hello")  # heard after what was said before it in the same channel
        await home.reads("Red is a colour.", "Blue", "Hello Ben.", within=PATIENCE)
        on.set()
        await home.reads("Red is a colour.", "Blue it is.", "Hello Ben.", within=PATIENCE)


async def test_pain_03_nobody_steers_what_another_person_asked_for(home: Home) -> None:
    root, ben, thread = home.person("Root", permissions=bits.MANAGE_GUILD), home.person("Ben"), home.thread()
    go = asyncio.Event()
    home.model.says("For Root", go, " alone.")
    home.model.says("For Ben.")
    async with worker(home, lease_seconds=LONG), receiver(home, lease_seconds=LONG):
        await home.order(root, "busy", mode="steer")
        await home.asks(root, "tell me", channel=thread)
        await home.reads("For Root", channel=thread, within=PATIENCE)
        waits = await home.asks(ben, "and me", channel=thread)
        await signed(home, waits)
        go.set()
        await home.reads("For Root alone.", "For Ben.", channel=thread, within=PATIENCE)
        await signed(home, waits, signs=False)


async def test_pain_03_a_steered_answer_whose_process_hangs_is_ended_by_the_next_one(home: Home, tmp_path: Path) -> None:
    """The old answer stays where it was, says why, and is not asked for again; the new message is answered."""
    root = home.person("Root", permissions=bits.MANAGE_GUILD)
    home.model.says("Red is a colour", asyncio.Event())
    home.model.says("Blue it is.")
    async with victim(home.settings(lease_seconds=1.0), tmp_path) as hanging:
        await home.order(root, "busy", mode="steer")
        await home.asks(root, "tell me of red")
        await home.reads("Red is a colour", within=PATIENCE)
        hanging.freeze()
        async with whole(home):
            await home.asks(root, "no, blue!")
            await home.reads(f"Red is a colour\n\n-# {STEERED}", "Blue it is.", within=PATIENCE)
    assert [request.last_user for request in home.model.asked] == ["Root: tell me of red", "Root: no, blue!"]


def said(home: Home) -> list[str]:
    """What the model was told last of what people and we said, oldest first."""
    return [line.text for line in home.model.asked[-1].lines if line.role != "system" and not line.text.startswith("[context]")]
