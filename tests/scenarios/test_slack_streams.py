"""Native streams with the whole house behind them."""

import asyncio
import time

from tests.fakes.slack.workspace import Message
from tests.scenarios.slack_house import Acme, over_both


def grown(acme: Acme, message: Message) -> bool:
    """Whether this message was a stream from its beginning to its end."""
    return not message.streaming and message.ts in acme.slack.streams.ages


@over_both
async def test_an_answer_grows_as_a_stream_and_ends(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general, go = acme.channel(asha), asyncio.Event()
    acme.model.says("Rain falls", go, " from **clouds**.")
    async with acme.parley(slack_streams="auto"):
        root = await acme.asks(asha, general, "where does rain fall from?")
        await acme.reads(general, "Rain falls", under=root)
        go.set()
        await acme.reads(general, "Rain falls from **clouds**.", under=root)
        await acme.slack.wait_for(lambda: grown(acme, acme.written(general)[0]))
    assert acme.slack.calls("chat.update") == []


@over_both
async def test_slacks_own_stop_button_stops_the_model(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    dm = acme.slack.world.dm(asha, acme.slack.team)
    acme.model.says("Once upon", asyncio.Event())
    async with acme.parley(slack_streams="auto"):
        question = await acme.says(asha, dm, "tell me a story")
        await acme.reads(dm, "Once upon")
        (answer,) = acme.written(dm)
        acme.slack.streams.stopped_by_person(answer)
        where = {"channel": dm.id, "thread_ts": question.ts, "user": asha.id, "streaming_message_ts": [answer.ts]}
        await acme.slack.happens(acme.slack.team, {"type": "agent_session_stopped", **where, "event_ts": f"{time.time():.6f}"}, dm)
        await acme.model.disconnected.wait()
        await acme.reads(dm, "Once upon\n\n*Stopped.*")
    assert acme.slack.world.sessions[dm.id, question.ts][-1] == "active"


async def test_the_word_stop_ends_the_stream(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Once upon", asyncio.Event())
    async with acme.parley(slack_streams="auto"):
        root = await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "Once upon")
        await acme.asks(asha, general, "stop", under=root)
        await acme.reads(general, "Once upon\n\n*Stopped.*", under=root)
        await acme.slack.wait_for(lambda: grown(acme, acme.written(general)[0]))
