"""Discord received by one process and answered by others, which are started, missing, and started again."""

from pathlib import Path

from bot.errands.remote import NOBODY
from bot.store.connection import Store
from bot.turns.mailbox import Mailbox
from tests.engine.turns.crew import until
from tests.fakes.discord import bits
from tests.scenarios.discord_house import Home
from tests.topologies.processes import running

RECEIVER = ("run", "discord", "--receive-only")
PATIENCE = 25.0
"""Seconds people wait here: several processes share two cores with other tests."""


async def test_one_receives_and_two_answer_messages_and_orders(home: Home, tmp_path: Path) -> None:
    root = home.person("Root", permissions=bits.ADMINISTRATOR)
    people = [home.person(f"Person{number}") for number in range(12)]
    channels = [home.discord.add_channel(f"channel-{number}", guild=home.guild) for number in range(6)]
    home.model.answers(lambda request: f"Hello, {request.last_user}")
    settings = home.settings(lease_seconds=5.0)
    async with (
        running(settings, tmp_path, "worker") as one,
        running(settings, tmp_path, "worker") as other,
        running(settings, tmp_path, *RECEIVER, model=False) as receiver,
    ):
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(root, "I am first")
        await home.reads("Hello, Root: I am first", within=PATIENCE)
        for number, person in enumerate(people):
            await home.asks(person, "I am here", channel=channels[number % len(channels)])
        wanted = sorted(f"Hello, {person.display}: I am here" for person in people)
        await home.discord.wait_for(lambda: sorted(answer for channel in channels for answer in home.answers(channel)) == wanted, PATIENCE)
        shown = await home.order(root, "persona show")
        assert "assistant" in shown.text
        form = await home.form(root, "persona set")
        assert form.modal["components"][0]["component"]["value"].startswith("You are Parley")  # type: ignore[index]
        sent = await home.told(await home.discord.submit_modal(form, {"instructions": "Be brief."}))
        assert sent.text.startswith("I have my new instructions.")
        assert "small" in (await home.order(root, "usage")).text
        assert "Only admins" in (await home.order(people[0], "persona reset")).text
        assert [parley.troubles for parley in (one, other, receiver)] == [[], [], []]
        assert not [line for line in receiver.said if line["event"] == "turn"]
    assert sum(len(home.ever(channel)) for channel in (home.general, *channels)) == len(home.model.asked) == 13


async def test_with_nobody_to_answer_messages_wait_and_orders_say_so(home: Home, tmp_path: Path) -> None:
    ada = home.person("Ada")
    home.model.says("Here I am.")
    settings = home.settings(lease_seconds=2.0)
    async with running(settings, tmp_path, *RECEIVER, model=False) as receiver:
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(ada, "is anybody there?")
        asked = await home.discord.slash(ada, home.general, "help")
        await home.discord.wait_for(lambda: asked.text, PATIENCE)
        assert asked.text == NOBODY
        assert (await home.order(ada, "stop")).text == "I am not writing anything here right now."
        assert home.written() == []
        async with running(settings, tmp_path, "worker") as worker:
            await home.reads("Here I am.", within=PATIENCE)
            assert "usage" in (await home.order(ada, "help")).text
            assert (receiver.troubles, worker.troubles) == ([], [])
    assert len(home.ever()) == 1


async def test_a_receiver_killed_and_started_again_loses_nothing(home: Home, store: Store, tmp_path: Path) -> None:
    ada, settings = home.person("Ada"), home.settings(lease_seconds=2.0)

    async def waits() -> bool:
        return bool(await Mailbox(store, most=1).waiting())

    home.model.answers(lambda request: f"{request.last_user}. Yes.")
    async with running(settings, tmp_path, *RECEIVER, model=False) as first:
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(ada, "one")
        await until(waits, within=PATIENCE)
        await first.dies()
    async with running(settings, tmp_path, "worker") as worker:
        await home.reads("Ada: one. Yes.", within=PATIENCE)
        async with running(settings, tmp_path, *RECEIVER, model=False) as second:
            await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
            await home.asks(ada, "two")
            await home.reads("Ada: one. Yes.", "Ada: two. Yes.", within=PATIENCE)
            assert (worker.troubles, second.troubles) == ([], [])
    assert len(home.ever()) == 2
    assert len(home.model.asked) == 2
