"""Ten answers at once in one workspace of a Slack that counts, given by two workers on one real store."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from adapters.launch import CONNECT
from adapters.rendering.live import LiveMessage
from adapters.rendering.outlet import Kind
from adapters.rendering.pace import Pace
from adapters.slack.outlet import SlackOutlet
from adapters.slack.thinking import Thinking
from bot.clock import SystemClock
from bot.pacing.lender import SharedLender
from bot.store.connection import open_store
from bot.vocabulary.pace import Budget
from bot.vocabulary.reply import Answered, ReplyAddress, TextDelta
from tests.adapters.discord.door import Journal
from tests.adapters.slack.conftest import settings_for
from tests.fakes.bank import Bank
from tests.fakes.slack.bolted import client_of
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, Message

SCALE = 0.1
"""A minute of this Slack is six seconds, and so are the budgets."""
ANSWERS, WORDS = 10, 60


class QuickOutlet(SlackOutlet):
    """As fast as this Slack's clock."""

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        return [
            replace(budget, interval=budget.interval * SCALE, refill=budget.refill * SCALE, keep=budget.keep * SCALE)
            for budget in super().budgets(kind)
        ]


async def answer(client: AsyncWebClient, pace: Pace, question: Message, channel: Channel, *, team: str) -> None:
    """A word every tenth of a second, which is every second of that Slack."""
    thinking = Thinking(client)
    data = {"team": team, "channel": channel.id, "thread": question.ts, "ts": question.ts}
    outlet = QuickOutlet(client, ReplyAddress("slack", data), thinking=thinking)
    live = LiveMessage(outlet, log=Journal(), clock=SystemClock(), pace=pace)
    await live.open()
    for number in range(WORDS):
        live.show(TextDelta(f"word{number} "))
        await asyncio.sleep(0.1)
    await live.settle(Answered("The whole answer."))
    await thinking.aclose()


async def test_ten_answers_of_two_workers_never_meet_a_limit(server: SlackServer, redis_url: str) -> None:
    server.limits.time_scale = SCALE
    ada = server.add_user("ada")
    channels = [server.add_channel(f"room{number}", members=[ada]) for number in range(ANSWERS)]
    questions = [server.world.post(Message(channel.id, server.world.numbers.ts(), ada.id, "hello")) for channel in channels]
    client = client_of(server)
    async with AsyncExitStack() as stack:
        paces = []
        for _ in range(2):
            store = await stack.enter_async_context(open_store(redis_url))
            paces.append(Pace(SystemClock(), SharedLender(store, clock=SystemClock())))
        async with asyncio.timeout(50):
            await asyncio.gather(
                *(
                    answer(client, paces[number % 2], questions[number], channel, team=server.team.id)
                    for number, channel in enumerate(channels)
                )
            )
    assert server.limits.refused == {}
    for channel in channels:
        (reply,) = server.from_bot(channel)
        assert reply.text == "The whole answer."
        assert len(reply.versions) >= 3, "it grew in front of its reader"


async def test_a_process_that_is_launched_borrows_for_what_it_sends(server: SlackServer) -> None:
    bank = Bank(SystemClock())
    ada = server.add_user("ada")
    room = server.add_channel("room", members=[ada])
    question = server.world.post(Message(room.id, server.world.numbers.ts(), ada.id, "hello"))
    address = ReplyAddress("slack", {"team": server.team.id, "channel": room.id, "thread": question.ts, "ts": question.ts})
    async with CONNECT["slack"](settings_for(server), bank.lender("here")) as connection:
        surface = connection.platform.surface(address, log=Journal(), resume=(), pending="")
        await surface.open()
        await surface.settle(Answered("The answer."))
    team = server.team.id
    assert set(bank.buckets) == {f"slack:{team}:{room.id}/post", f"slack:{team}/update"}
