"""Pain 4 with several processes: what one author sends while their answer is written reaches different processes."""

import asyncio

from tests.scenarios.slack_house import Acme, over_both

LONG = 60.0
"""Seconds of a lease whose next renewal is too far away to bring a stop: it must be heard at once."""


@over_both
async def test_pain_04_messages_spread_over_two_processes_become_one_further_turn_in_order(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says("First", go, " answer.")
    acme.model.says("Second answer.")
    async with acme.replicas():
        root = await acme.asks(asha, general, "one")
        await acme.reads(general, "First", under=root)
        for text in ("two", "three", "four", "five"):
            await acme.says(asha, general, text, under=root)
        assert acme.answers(general) == ["First"]
        go.set()
        await acme.reads(general, "First answer.", "Second answer.", under=root)
    assert [request.last_user for request in acme.model.asked] == ["asha: one", "asha: two\nasha: three\nasha: four\nasha: five"]


@over_both
async def test_pain_04_two_people_in_one_thread_are_answered_apart_and_in_order_whoever_hears_them(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    go = asyncio.Event()
    acme.model.says(go, "one")
    for answer in ("two", "three", "four"):
        acme.model.says(answer)
    async with acme.replicas():
        root = await acme.asks(asha, general, "1")
        await acme.reads(general, "…")
        for user, text in ((ben, "2"), (asha, "3"), (ben, "4")):
            await acme.asks(user, general, text, under=root)
        go.set()
        await acme.reads(general, "one", "two", "three", "four")
    assert [request.last_user for request in acme.model.asked] == ["asha: 1", "ben: 2", "asha: 3", "ben: 4"]


@over_both
async def test_pain_04_a_stop_that_one_process_hears_ends_what_another_writes(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Once upon", asyncio.Event())
    acme.model.says("Gladly.")
    async with acme.replicas(lease_seconds=LONG) as both:
        root = await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "Once upon", under=root)
        (deaf,) = (replica for replica in both if "placed" not in replica.steps)
        acme.reaches(lambda delivery, attempt: deaf)
        await acme.asks(asha, general, "stop", under=root)
        await acme.reads(general, "Once upon\n\n*Stopped.*", under=root)
        await acme.model.disconnected.wait()
        await acme.asks(asha, general, "go on", under=root)
        await acme.reads(general, "Once upon\n\n*Stopped.*", "Gladly.", under=root)
    assert sum("Stopped" in text for text in acme.answers(general)) == 1


@over_both
async def test_pain_04_the_slash_command_stops_it_from_another_process_too(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Once upon", asyncio.Event())
    async with acme.replicas(lease_seconds=LONG) as both:
        root = await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "Once upon", under=root)
        (deaf,) = (replica for replica in both if "placed" not in replica.steps)
        acme.reaches(lambda delivery, attempt: deaf)
        await acme.slack.slash(asha, general, "/parley", "stop")
        await acme.reads(general, "Once upon\n\n*Stopped.*", under=root)
        await acme.whispered(asha)
