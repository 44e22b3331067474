"""Parley on a local Slack: a workspace, people in it, and the house opened as `parley run slack` does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters.slack.app import open_slack
from adapters.slack.markup import unescaped
from adapters.slack.platform import open_platform
from bot.assembly import open_engine
from bot.engine import Engine
from bot.settings import Settings
from tests.fakes.model.server import ModelServer
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, Message, User
from tests.scenarios.house import QuickClock, settings_for

SPEED = 40.0
"""Slack's and our own pace run this many times faster than by the wall: an edit each 31 ms instead of each 1.25 s."""

over_both = pytest.mark.parametrize("slack_mode", ["socket", "http"])
"""Over Socket Mode and over HTTP in turn."""


@asynccontextmanager
async def slack_house(settings: Settings, slack: SlackServer) -> AsyncIterator[Engine]:
    """Listening and answering on `slack`, over the transport of the settings."""
    clock = QuickClock(SPEED)
    async with open_engine(settings) as engine, open_platform(settings, clock=clock) as platform:
        engine.plug(platform)
        async with engine.answering(), open_slack(settings, engine, platform=platform, clock=clock) as opened:
            slack.transport = opened.address or "socket"
            if not opened.address:
                await slack.wait_for(lambda: len(slack.sockets.connections) == settings.slack_connections)
            yield engine


@dataclass(frozen=True, slots=True)
class Acme:
    """The workspace that installed us, and all that stands around it."""

    slack: SlackServer
    model: ModelServer
    redis_url: str
    mode: str

    @asynccontextmanager
    async def parley(self, **more: object) -> AsyncIterator[Engine]:
        """The house, closed properly at the end: what is in work is finished first. `more` by the settings' names."""
        ours: dict[str, object] = {
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_signing_secret": self.slack.signing_secret,
            "slack_api_url": self.slack.api_url,
            "slack_mode": self.mode,
            "port": 0,
        }
        settings = settings_for(self.redis_url, self.model, **{**ours, **more})
        async with slack_house(settings, self.slack) as engine:
            yield engine

    def channel(self, *people: User, name: str = "general") -> Channel:
        """A public channel with Parley in it."""
        return self.slack.add_channel(name, members=people)

    async def asks(self, user: User, channel: Channel, text: str, *, under: Message | None = None) -> Message:
        """`user` mentions Parley, in the thread of `under` where there is one."""
        return await self.says(user, channel, f"<@{self.slack.team.bot_user}> {text}", under=under)

    async def says(self, user: User, channel: Channel, text: str, *, under: Message | None = None) -> Message:
        """`user` writes without naming Parley, unless `text` does."""
        root = (under.thread_ts or under.ts) if under else None
        return await self.slack.says(user, channel, text, thread_ts=root)

    def answers(self, channel: Channel, *, under: Message | None = None) -> list[str]:
        """What Parley's messages say now, as people read it; only those in one thread with `under`."""
        return [unescaped(message.text) for message in self.written(channel, under=under)]

    def written(self, channel: Channel, *, under: Message | None = None) -> list[Message]:
        """Parley's messages, oldest first, without deleted ones."""
        root = (under.thread_ts or under.ts) if under else None
        return [message for message in self.slack.from_bot(channel, thread_ts=root) if not message.deleted]

    def told(self) -> list[Delivery]:
        """The payloads by which Slack told Parley what people wrote; those about Parley's own messages aside."""
        events = [delivery for delivery in self.slack.post.deliveries if delivery.kind == "events_api"]
        return [one for one in events if "bot_id" not in one.body["event"] and not one.body["event"].get("hidden")]

    async def reads(self, channel: Channel, *texts: str, under: Message | None = None, within: float = 5.0) -> None:
        """Returns once Parley's messages say exactly `texts`. Raises TimeoutError with the transcript."""
        await self.slack.wait_for(lambda: self.answers(channel, under=under) == list(texts), within)

    async def whispered(self, user: User, count: int = 1) -> str:
        """The newest text that `user` alone was shown, once there are `count`."""

        def mine() -> list[str]:
            return [unescaped(whisper.text) for whisper in self.slack.whispers if whisper.user == user.id]

        await self.slack.wait_for(lambda: len(mine()) >= count)
        return mine()[-1]
