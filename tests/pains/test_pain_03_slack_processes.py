"""Pain 3 with several processes, on Slack: what is written in a row is one turn, and who goes on writing steers, whoever hears it."""

import asyncio

from bot.turns.asking import STEERED
from tests.engine.turns.crew import until
from tests.scenarios.slack_house import Acme, over_both

LONG = 60.0
"""Seconds of a lease whose next renewal is too far away to bring a stop: it must be heard at once."""

BURST = ("my cat is called Tom", "he is seven", "no, eight", "what may he eat?")


@over_both
async def test_pain_03_direct_messages_spread_over_two_processes_are_one_turn(acme: Acme) -> None:
    """Within a thread: in a direct message each message outside one begins a conversation of its own."""
    asha = acme.slack.add_user("asha")
    direct = acme.slack.world.dm(asha, acme.slack.team)
    async with acme.replicas(gather_seconds=2.0) as both:
        root = await acme.says(asha, direct, "hello")
        await acme.reads(direct, "Hello from the model.", under=root, within=20.0)
        await until(lambda: any("finished" in replica.steps for replica in both))
        for text in BURST:
            await acme.says(asha, direct, text, under=root)
        await acme.reads(direct, *["Hello from the model."] * 2, under=root, within=20.0)
        await until(lambda: sum(replica.steps.count("finished") for replica in both) == 2)
        assert all(replica.steps.count("joined") >= 2 for replica in both)
    assert [request.last_user for request in acme.model.asked] == ["asha: hello", "asha: " + "\nasha: ".join(BURST)]


@over_both
async def test_pain_03_a_new_message_steers_the_answer_that_another_process_writes(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    acme.model.says("Red is a colour", asyncio.Event())
    acme.model.says("Blue it is.")
    async with acme.replicas(lease_seconds=LONG) as both:
        await acme.slack.slash(asha, general, "/parley", "busy steer")
        await acme.whispered(asha)
        root = await acme.asks(asha, general, "tell me of red")
        await acme.reads(general, "Red is a colour", under=root)
        (deaf,) = (replica for replica in both if "placed" not in replica.steps)
        acme.reaches(lambda delivery, attempt: deaf)
        await acme.says(asha, general, "no, blue!", under=root)
        await acme.reads(general, f"Red is a colour\n\n*{STEERED}*", "Blue it is.", under=root)
        await acme.model.disconnected.wait()
    told = [line.text for line in acme.model.asked[1].lines if line.role != "system" and not line.text.startswith("[context]")]
    assert told == ["asha: tell me of red", "Red is a colour", "asha: no, blue!"]
