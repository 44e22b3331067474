"""Slack as the engine sees it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from adapters.slack.limits import LIMITS, budgets
from adapters.slack.outlet import SlackOutlet
from adapters.slack.removing import remove
from adapters.slack.session import Sessions
from adapters.slack.streams import SOON, Means, StreamOutlet
from adapters.slack.successor import Successor
from adapters.slack.thinking import Thinking
from adapters.slack.waiting import show_waiting
from adapters.slack.ways import EitherWay, Status, Ways
from adapters.slack.workspace import open_client
from bot.errors import PlatformRefused
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.controls import Button
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface


class SlackPlatform:
    """`Platform` over the Web API alone, so that a process which receives nothing can answer too.

    `streams`: whether answers are native streams where Slack allows it. One of more than `file_after` messages also comes as a file
    (0: never).
    """

    name = "slack"
    limits: Limits = LIMITS

    def __init__(self, client: AsyncWebClient, *, pace: Pace, clock: Clock, streams: bool = True, file_after: int = 0) -> None:
        self.client = client
        self.thinking = Thinking(client)
        self._sessions = Sessions(client, pace=pace)
        self._ways = Ways(on=streams, clock=clock)
        self._clock = clock
        self.pace = pace
        self._file_after = file_after

    def surface(
        self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str, stop: Button | None = None
    ) -> Surface:
        """What a process before us began goes on by updates, which also end the stream that it may have left."""

        def live(outlet: SlackOutlet | StreamOutlet) -> LiveMessage:
            return LiveMessage(
                outlet,
                log=log,
                clock=self._clock,
                pace=self.pace,
                resume=resume,
                pending=pending,
                stop=stop,
                file_after=self._file_after,
            )

        if resume or pending:
            return live(Successor(self.client, address, thinking=self.thinking, sessions=self._sessions, standing=resume))
        return EitherWay(
            streams=lambda: self._streams(address),
            native=lambda: live(self._stream(address)),
            plain=lambda: live(self._updates(address)),
            status=Status(self.thinking, address.data),
        )

    async def remove(self, placeholder: Placeholder) -> None:
        """When it is the turn of a deletion in the workspace: nobody else draws on what is kept there for last texts."""
        where = placeholder.data
        await self.pace.turn(budgets(where["team"], where["channel"])["delete"], urgent=True)
        await remove(self.client, placeholder)

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        """As `Platform.show_waiting`, with a reaction."""
        await show_waiting(self.client, address.data, waits=waits)

    async def fetch(self, attachment: Attachment) -> bytes:
        """Files are not read yet."""
        raise PlatformRefused("files are not fetched from Slack", user_text="I cannot read files here yet.")

    async def aclose(self) -> None:
        """Waits for what is being said beside the answers."""
        await self.thinking.aclose()
        await self._sessions.aclose()

    async def _streams(self, address: ReplyAddress) -> bool:
        """Whether a stream may be started now, and grows no slower than a message that is updated; a turn to start it is taken then."""
        to = address.data
        allowed, outlook = budgets(to["team"], to["channel"]), self.pace.outlook
        appended = allowed["append"][0].interval + outlook(allowed["append"])
        updated = allowed["edit"][0].interval + outlook(allowed["edit"]) + outlook(allowed["post"])
        return self._ways.streams_in(to) and appended <= updated and await self.pace.soon(allowed["start"], within=SOON)

    def _updates(self, address: ReplyAddress) -> SlackOutlet:
        return SlackOutlet(self.client, address, thinking=self.thinking)

    def _stream(self, address: ReplyAddress) -> StreamOutlet:
        means = Means(self.client, self._clock, self.pace, self.thinking, self._sessions)
        return StreamOutlet(
            means, address, updates=self._updates(address), refused=lambda code: self._ways.refused(address.data, code), paid=True
        )


@asynccontextmanager
async def open_platform(settings: Settings, *, pace: Pace, clock: Clock) -> AsyncIterator[SlackPlatform]:
    """A platform to answer through; asks Slack nothing until it is used."""
    async with open_client(settings) as client:
        streams, file_after = settings.slack_streams == "auto", settings.answer_file_messages
        platform = SlackPlatform(client, pace=pace, clock=clock, streams=streams, file_after=file_after)
        try:
            yield platform
        finally:
            await platform.aclose()
