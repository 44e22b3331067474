"""Parley on a local Slack: a workspace, people in it, and the house opened as `parley run slack` does."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters.slack.markup import unescaped
from bot.engine import Engine
from bot.settings import Settings
from tests.fakes.model.server import ModelServer
from tests.fakes.slack.records import Attempt, Delivery
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, Message, User
from tests.scenarios.house import QuickClock, settings_for, slack_house

SPEED = 40.0
"""Slack's and our own pace run this many times faster than by the wall: an edit each 31 ms instead of each 1.25 s."""

over_both = pytest.mark.parametrize("slack_mode", ["socket", "http"])
"""Over Socket Mode and over HTTP in turn."""


@dataclass(frozen=True, slots=True)
class Replica:
    """One of several processes of ours. It has a web server at `address`, or the Socket Mode connections numbered `links`."""

    engine: Engine
    address: str
    links: range
    steps: list[str]
    """The steps of turns that it passed."""


Choice = Callable[[Delivery, Attempt], Replica]
"""Which process gets an attempt of Slack's to tell us something."""


@dataclass(frozen=True, slots=True)
class Acme:
    """The workspace that installed us, and all that stands around it."""

    slack: SlackServer
    model: ModelServer
    redis_url: str
    mode: str

    def settings(self, **more: object) -> Settings:
        """What the house runs on here; `more` by the settings' names."""
        ours: dict[str, object] = {
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_signing_secret": self.slack.signing_secret,
            "slack_api_url": self.slack.api_url,
            "slack_mode": self.mode,
            "slack_streams": "off",  # streams have tests of their own
            "port": 0,
        }
        return settings_for(self.redis_url, self.model, **{**ours, **more})

    @asynccontextmanager
    async def parley(self, **more: object) -> AsyncIterator[Engine]:
        """The house, closed properly at the end: what is in work is finished first. `more` as for `settings`."""
        async with self.replica(**more) as one:
            yield one.engine

    @asynccontextmanager
    async def replica(self, **more: object) -> AsyncIterator[Replica]:
        """As `parley`; from now on Slack reaches this process over HTTP, and this one too over Socket Mode."""
        settings, steps, before = self.settings(**more), list[str](), self.slack.sockets.ever

        async def note(step: str) -> None:
            steps.append(step)

        async with slack_house(settings, clock=QuickClock(SPEED), checkpoint=note) as (engine, address):
            self.slack.transport = address or "socket"
            links = range(before + 1, before + 1 + (0 if address else settings.slack_connections))
            await self.slack.wait_for(lambda: set(links) <= {connection.number for connection in self.slack.sockets.connections})
            yield Replica(engine, address, links, steps)

    @asynccontextmanager
    async def replicas(self, **more: object) -> AsyncIterator[tuple[Replica, Replica]]:
        """Two processes on one Redis. Each attempt of Slack's goes to the other of them, unless `reaches` says otherwise."""
        async with self.replica(**more) as one, self.replica(**more) as other:
            turns = itertools.cycle((one, other))
            self.reaches(lambda delivery, attempt: next(turns))
            yield one, other
            self.slack.route = None

    def reaches(self, choice: Choice) -> None:
        """From now on Slack's attempts go to the process that is chosen, over either transport."""
        chosen: dict[Attempt, Replica] = {}

        def choose(delivery: Delivery, attempt: Attempt) -> Replica:
            if attempt not in chosen:
                chosen[attempt] = choice(delivery, attempt)
            return chosen[attempt]

        self.slack.route = lambda delivery, attempt: choose(delivery, attempt).address
        self.slack.sockets.choose = lambda delivery, attempt, link: link.number in choose(delivery, attempt).links

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

    async def reads(self, channel: Channel, *texts: str, under: Message | None = None, within: float = 10.0) -> None:
        """Returns once Parley's messages say exactly `texts`. Raises TimeoutError with the transcript."""
        await self.slack.wait_for(lambda: self.answers(channel, under=under) == list(texts), within)

    async def whispered(self, user: User, count: int = 1) -> str:
        """The newest text that `user` alone was shown, once there are `count`."""

        def mine() -> list[str]:
            return [unescaped(whisper.text) for whisper in self.slack.whispers if whisper.user == user.id]

        await self.slack.wait_for(lambda: len(mine()) >= count)
        return mine()[-1]
