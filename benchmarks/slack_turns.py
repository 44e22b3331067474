"""Mentions on a local Slack, over Socket Mode: how long until the placeholder arrives there."""

import asyncio
import time

from benchmarks.discord_turns import RATE, WARM_UP
from benchmarks.figures import Row
from benchmarks.process import Model, model_settings, serving
from tests.fakes.server import Recorded
from tests.fakes.slack.calls import decoded
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.tiers import RateLimits
from tests.fakes.slack.workspace import Channel, User

CHANNELS = 50
POST = "/api/chat.postMessage"


class Slack(SlackServer):
    """Without rate limits and without a judge, whose time would be counted as Parley's."""

    def __init__(self) -> None:
        super().__init__(limits=RateLimits(enabled=False))

    def judge(self, request: Recorded) -> list[str]:
        return []


class Bench:
    """A local Slack, its channels, and when each question was asked (monotonic seconds, by its timestamp)."""

    def __init__(self, slack: Slack, model: Model) -> None:
        self._slack = slack
        self._model = model
        self._ada: User = slack.add_user("ada")
        self._channels: list[Channel] = [slack.add_channel(f"channel-{n}", members=[self._ada]) for n in range(CHANNELS)]
        self._asked: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def one_by_one(self, count: int) -> list[float]:
        """Each mention after the model answered the one before; the waits in seconds."""
        before = set(self._asked)
        for _ in range(count):
            await self._ask()
            await self._placed(len(self._asked))
            await self._model.wait_for(lambda: len(self._model.bills) >= len(self._asked), timeout=30)
        return self._waits(before)

    async def at_rate(self, count: int) -> list[float]:
        """`RATE` mentions a second, whatever becomes of them."""
        before, start = set(self._asked), time.monotonic()
        for turn in range(count):
            await asyncio.sleep(start + turn / RATE - time.monotonic())
            self._tasks.append(asyncio.create_task(self._ask()))
        await asyncio.gather(*self._tasks)
        await self._placed(len(self._asked))
        return self._waits(before)

    async def _ask(self) -> None:
        channel, began = self._channels[len(self._asked) % CHANNELS], time.monotonic()
        message = await self._slack.says(self._ada, channel, f"<@{self._slack.team.bot_user}> question {len(self._asked)}")
        self._asked[message.ts] = began

    async def _placed(self, count: int) -> None:
        await self._slack.wait_for(lambda: len(self._posted()) >= count, timeout=30)

    def _posted(self) -> dict[str, float]:
        posted: dict[str, float] = {}
        for request in self._slack.requests:
            if request.path == POST:
                posted.setdefault(decoded(request.body, request.query)["thread_ts"], request.at)
        return posted

    def _waits(self, before: set[str]) -> list[float]:
        posted = self._posted()
        return [posted[ts] - began for ts, began in self._asked.items() if ts in posted and ts not in before]


async def measure(count: int) -> list[Row]:
    """`count` mentions one by one, and as many at a steady rate.

    All edits of a workspace share one budget of 50 a minute, so answers wait long for theirs, and each keeps its slot and its
    lease: there must be slots enough, and hundreds of leases would be renewed all the time if they were as short as usual.
    """
    async with Slack() as slack, Model() as model:
        bench = Bench(slack, model)
        waiting = {"SLOTS": str(4 * count), "LEASE_SECONDS": "120"}
        settings = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "SLACK_STREAMS": "off",
        }
        async with serving("run", "slack", settings=settings | model_settings(model) | waiting):
            await slack.wait_for(lambda: len(slack.sockets.connections) >= 2, timeout=30)
            await bench.one_by_one(WARM_UP)
            await bench.one_by_one(CHANNELS)  # learns the channels' names, once in five minutes
            slow = await bench.one_by_one(count)
            fast = await bench.at_rate(count)
    target = "15 median, 40 p99"
    return [
        Row("Slack, one by one: mention → placeholder", slow, target, wanted=count),
        Row(f"Slack, {RATE:g} a second: mention → placeholder", fast, target, wanted=count),
    ]
