"""An answer that is stopped while it is written, and a conversation that is forgotten."""

import asyncio

from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_stop_keeps_what_had_come_and_says_so(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Once upon", asyncio.Event())
    acme.model.says("Gladly.")
    async with acme.parley():
        root = await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "Once upon")
        await acme.asks(asha, general, "stop", under=root)
        await acme.reads(general, "Once upon\n\n*Stopped.*", under=root)
        await acme.model.disconnected.wait()
        await acme.asks(asha, general, "go on", under=root)
        await acme.reads(general, "Once upon\n\n*Stopped.*", "Gladly.", under=root)
    assert "Once upon" in [line.text for line in acme.model.asked[1].lines if line.role == "assistant"]


async def test_stop_before_the_first_word_leaves_no_placeholder(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(asyncio.Event(), "too late")
    async with acme.parley():
        root = await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "…")
        await acme.asks(asha, general, "stop", under=root)
        await acme.reads(general, "Stopped.")


async def test_stop_without_a_running_answer_is_told_so_once(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    async with acme.parley():
        root = await acme.asks(asha, general, "stop")
        await acme.reads(general, "I am not writing anything here right now.", under=root)
        for delivery in list(acme.slack.post.deliveries):
            await acme.slack.redeliver(delivery)
    assert len(acme.answers(general)) == 1
    assert acme.model.asked == []


async def test_reset_in_a_thread_forgets_it(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    acme.model.answers(lambda request: "Yes.")
    async with acme.parley():
        root = await acme.asks(asha, general, "my cat is Tom")
        await acme.reads(general, "Yes.")
        await acme.asks(asha, general, "reset", under=root)
        await acme.reads(general, "Yes.", "I have forgotten our conversation here.")
        await acme.asks(asha, general, "my cat?", under=root)
        await acme.reads(general, "Yes.", "I have forgotten our conversation here.", "Yes.")
    assert "Tom" not in str(acme.model.asked[1].body)


async def test_a_dm_can_be_reset_by_whoever_is_in_it(acme: Acme) -> None:
    ben = acme.slack.add_user("ben")
    dm = acme.slack.world.dm(ben, acme.slack.team)
    async with acme.parley():
        root = await acme.says(ben, dm, "my cat is Tom")
        await acme.reads(dm, "Hello from the model.")
        await acme.says(ben, dm, "reset", under=root)
        await acme.reads(dm, "Hello from the model.", "I have forgotten our conversation here.")


@over_both
async def test_the_slash_command_knows_no_thread_and_stops_what_its_author_asked_for_in_any_of_the_channel(acme: Acme) -> None:
    asha, berto = acme.slack.add_user("asha"), acme.slack.add_user("berto")
    general = acme.channel(asha, berto)
    acme.model.says("Once upon", asyncio.Event())
    async with acme.parley():
        root = await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "Once upon", under=root)
        await acme.slack.slash(berto, general, "/parley", "stop")
        assert await acme.whispered(berto) == "I am not writing anything here right now."
        await acme.slack.slash(asha, general, "/parley", "stop")
        await acme.reads(general, "Once upon\n\n*Stopped.*", under=root)
