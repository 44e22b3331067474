"""Pain 4: a message that arrives while the bot is busy is dropped, overtaken, or answered twice."""

import asyncio

from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_pain_04_what_arrives_while_busy_becomes_one_further_turn_in_order(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says("First", go, " answer.")
    acme.model.says("Second answer.")
    async with acme.parley():
        root = await acme.asks(asha, general, "one")
        await acme.reads(general, "First", under=root)
        for text in ("two", "three", "four"):
            await acme.says(asha, general, text, under=root)
        assert acme.answers(general) == ["First"]
        go.set()
        await acme.reads(general, "First answer.", "Second answer.", under=root)
    assert [request.last_user for request in acme.model.asked] == ["asha: one", "asha: two\nasha: three\nasha: four"]


async def test_pain_04_strangers_in_two_threads_are_answered_side_by_side(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    go = asyncio.Event()
    acme.model.says("For Asha", go, ".", when=lambda body: "from asha" in str(body))
    acme.model.says("For Ben.", when=lambda body: "from ben" in str(body))
    async with acme.parley():
        hers = await acme.asks(asha, general, "from asha")
        await acme.reads(general, "For Asha", under=hers)
        his = await acme.asks(ben, general, "from ben")
        await acme.reads(general, "For Ben.", under=his)
        assert acme.answers(general, under=hers) == ["For Asha"]
        go.set()
        await acme.reads(general, "For Asha.", under=hers)


async def test_pain_04_two_people_in_one_thread_are_answered_apart_and_in_order(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    go = asyncio.Event()
    acme.model.says(go, "one")
    for answer in ("two", "three", "four"):
        acme.model.says(answer)
    async with acme.parley():
        root = await acme.asks(asha, general, "1")
        await acme.reads(general, "…")
        await acme.asks(ben, general, "2", under=root)
        await acme.asks(asha, general, "3", under=root)
        await acme.asks(ben, general, "4", under=root)
        go.set()
        await acme.reads(general, "one", "two", "three", "four")
    assert [request.last_user for request in acme.model.asked] == ["asha: 1", "ben: 2", "asha: 3", "ben: 4"]
