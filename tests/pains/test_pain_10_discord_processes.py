"""Pain 10 with several processes: while a new process takes over from an old one, both hear everything; it is answered once."""

import asyncio
from contextlib import AsyncExitStack

from structlog.testing import capture_logs

from tests.engine.turns.crew import until
from tests.fakes.discord import Channel, Interaction, User, bits
from tests.fakes.discord.local import pointed_at
from tests.pains.discord_processes import PATIENCE, signed, told, whole
from tests.scenarios.discord_house import Home
from tests.scenarios.test_discord_orders import STOPPED

FORGOTTEN = "I have forgotten our conversation here."


async def test_pain_10_ten_mentions_that_two_sessions_hear_get_ten_answers(home: Home) -> None:
    """In a channel, threads and direct messages, in one lane and in many; then the old process ends, and the new one is alone."""
    ada, people = home.person("Ada"), [home.person(f"P{number}") for number in range(3)]
    home.model.answers(lambda request: f"To {request.last_user}")
    threads = [home.thread(), home.thread()]
    places: list[tuple[User, Channel]] = [(one, home.general) for one in people]
    places += [(one, thread) for thread in threads for one in (ada, people[0])]
    places += [(one, home.discord.dm_with(one)) for one in people]
    async with AsyncExitStack() as stack:
        stack.enter_context(pointed_at(home.discord))  # the two do not end in the order in which they began
        old = AsyncExitStack()
        before = await old.enter_async_context(whole(home))
        new = await stack.enter_async_context(whole(home))
        assert [session.shard for session in home.discord.gateway.sessions.values()] == [(0, 1)] * 2
        asked = [await home.asks(who, "hello", channel=where) for who, where in places]
        await until(lambda: (before.passed + new.passed).count("finished") == len(asked) == 10, within=PATIENCE)
        assert [told(home, message) for message in asked] == [2] * 10
        await old.aclose()
        await home.asks(ada, "and now?")
        await until(lambda: (before.passed + new.passed).count("finished") == 11, within=PATIENCE)
    answers = sorted(text for where in {id(c): c for _, c in (*places, (ada, home.general))}.values() for text in home.answers(where))
    assert answers == sorted([f"To {who.display}: hello" for who, _ in places] + ["To Ada: and now?"])
    assert len(home.model.asked) == len(home.model.bills) == 11
    assert sum(len(home.ever(where)) for where in home.discord.channels.values()) == 11


async def test_pain_10_the_old_process_finishes_its_answer_while_the_new_one_hears_what_comes(home: Home) -> None:
    ada, go = home.person("Ada"), asyncio.Event()
    home.model.says("First", go, " answer.")
    home.model.says("Second answer.")
    told_to_end = asyncio.Event()

    async def lives() -> None:
        async with whole(home, drain_seconds=PATIENCE):
            await told_to_end.wait()

    async with AsyncExitStack() as stack:
        stack.enter_context(pointed_at(home.discord))
        old = asyncio.create_task(lives())
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(ada, "one")
        await home.reads("First", within=PATIENCE)
        await stack.enter_async_context(whole(home))
        told_to_end.set()
        await home.discord.wait_for(lambda: len(home.discord.gateway.connections) == 1, PATIENCE)
        waits = await home.asks(ada, "two")
        await signed(home, waits)
        ended, _ = await asyncio.wait({old}, timeout=0.5)
        assert not ended, "it has an answer to finish"
        go.set()
        await home.reads("First answer.", "Second answer.", within=PATIENCE)
        await old
    assert [request.last_user for request in home.model.asked] == ["Ada: one", "Ada: two"]
    assert len(home.ever()) == 2


async def test_pain_10_an_order_that_two_sessions_hear_is_carried_out_and_answered_once(home: Home) -> None:
    root = home.person("Root", permissions=bits.ADMINISTRATOR)
    with capture_logs() as logged:
        async with whole(home), whole(home):
            await home.asks(root, "hello")
            await home.reads("Hello from the model.", within=PATIENCE)
            reset = await home.order(root, "reset")
            await home.discord.wait_for(lambda: reset.followups and attempts(home, reset) == [True, False], PATIENCE)
            form = await home.form(root, "persona set")
            sent = await home.told(await home.discord.submit_modal(form, {"instructions": "Be brief."}))
            await home.discord.wait_for(lambda: attempts(home, form) == attempts(home, sent) == [True, False], PATIENCE)
    assert [line for line in logged if line["log_level"] not in ("info", "debug")] == []
    assert (reset.text, [message.content for message in reset.followups]) == ("Done.", [FORGOTTEN])
    assert sent.text.startswith("I have my new instructions.")
    assert sent.followups == form.followups == []
    assert [message.content for message in home.ever()] == ["Hello from the model.", FORGOTTEN]


async def test_pain_10_a_stop_by_mention_that_two_sessions_hear_is_no_message_that_wants_an_answer(home: Home) -> None:
    ada = home.person("Ada")
    home.model.says("Once upon", asyncio.Event())
    async with whole(home) as one, whole(home) as other:
        await home.asks(ada, "tell me a story")
        await home.reads("Once upon", within=PATIENCE)
        stop = await home.asks(ada, "stop")
        await home.reads(STOPPED, within=PATIENCE)
        assert told(home, stop) == 2
        await home.discord.redeliver(stop)  # and once more, when nothing runs any longer
        await home.asks(ada, "thank you")
        await home.reads(STOPPED, "Hello from the model.", within=PATIENCE)
        await until(lambda: (one.passed + other.passed).count("finished") == 2)
    assert len(home.ever()) == len(home.model.asked) == 2


def attempts(home: Home, order: Interaction) -> list[bool]:
    """Who wanted to be the first to answer an order, and whether they were."""
    path = f"/interactions/{order.id}/"
    return sorted(((request.status or 500) < 300 for request in home.discord.requests if path in request.path), reverse=True)
