"""Slack's own stop button: it stops the turn for whoever pressed it, once."""

import asyncio
import time

import pytest

from bot.vocabulary.inbound import Inbound
from bot.vocabulary.reply import Stopped, TextDelta
from tests.adapters.slack.conftest import Bench, opened
from tests.adapters.slack.doors import Journal
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Json, Message, User


def pressed(bench: Bench, user: User, question: Message, *, told: float | None = None) -> Json:
    """docs.slack.dev/reference/events/agent_session_stopped"""
    streams = [message.ts for message in bench.server.from_bot(bench.server.world.channels[question.channel])]
    where = {"channel": question.channel, "thread_ts": question.ts, "user": user.id, "streaming_message_ts": streams}
    return {"type": "agent_session_stopped", **where, "event_ts": f"{time.time() if told is None else told:.6f}"}


async def until_stopped(bench: Bench, inbound: Inbound) -> None:
    """Writes until somebody orders to stop, as a turn does."""
    surface = bench.platform.surface(inbound.address, log=Journal(inbound.id[-12:]), resume=(), pending="")
    await surface.open()
    surface.show(TextDelta("The beginning"))
    await bench.server.wait_for(lambda: bench.door.calls)
    await surface.settle(Stopped("The beginning"))


async def test_the_stop_button_stops_the_turn_and_the_message_says_so(server: SlackServer) -> None:
    async with opened(server, slack_streams="auto") as bench:
        bench.door.answer = lambda inbound: until_stopped(bench, inbound)
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        question = await server.says(asha, dm, "tell me a long story")
        await server.wait_for(lambda: any(message.text for message in server.from_bot(dm)))
        (answer,) = server.from_bot(dm)
        assert answer.streaming
        server.streams.stopped_by_person(answer)
        event = pressed(bench, asha, question)
        await asyncio.gather(*(server.happens(server.team, event, dm) for _ in range(2)))
        await bench.door.turns()
        (call,) = bench.door.calls
        assert (call.name, call.author.id, call.direct) == ("stop", asha.id, True)
        assert (call.conversation.channel, call.conversation.thread) == (dm.id, question.ts)
        (answer,) = server.from_bot(dm)
        assert answer.text.startswith("The beginning")
        assert "Stopped." in answer.text
        await bench.platform.aclose()
        assert server.world.sessions[dm.id, question.ts][-1] == "active"
        assert server.world.statuses[dm.id, question.ts][-1] == "", "no status covers what stands"


@pytest.mark.parametrize("missing", ["channel", "thread_ts", "user"])
async def test_half_an_event_stops_nothing(server: SlackServer, missing: str) -> None:
    async with opened(server) as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        question = await server.says(asha, dm, "hello")
        event = {name: value for name, value in pressed(bench, asha, question).items() if name != missing}
        assert (await server.happens(server.team, event, dm)).acknowledged
        await server.delivered()
    assert bench.door.calls == []


async def test_a_stop_that_is_told_again_later_does_not_meet_the_next_answer(server: SlackServer) -> None:
    async with opened(server) as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        question = await server.says(asha, dm, "hello")
        await server.happens(server.team, pressed(bench, asha, question, told=time.time() - 60), dm)
    assert bench.door.calls == []


async def test_an_app_that_is_no_agent_answers_all_the_same(server: SlackServer) -> None:
    del server.api.methods["agents.sessions.setStatus"]
    async with opened(server, slack_streams="auto") as bench:
        bench.door.answer = lambda inbound: until_stopped(bench, inbound)
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        for _ in range(2):
            question = await server.says(asha, dm, "hello")
            await server.happens(server.team, pressed(bench, asha, question), dm)
        await bench.door.turns()
        await bench.platform.aclose()
        assert len(server.from_bot(dm)) == 2
        assert len(server.calls("agents.sessions.setStatus")) == 1
