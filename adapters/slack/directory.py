"""Who people are and what channels are called, asked once in a while."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.pace import Pace
from adapters.slack.failures import asked
from adapters.slack.limits import names
from adapters.slack.payloads import JsonView
from adapters.slack.workspace import Workspace
from bot.errors import PlatformError, PlatformUnavailable
from bot.vocabulary.clock import Clock
from bot.vocabulary.conversation import Author, Authority, Place
from bot.vocabulary.pace import Budget

KEPT_FOR = 300.0  # seconds; also how long a former admin may still order
FAILURE_KEPT_FOR = 20.0  # seconds, so that a limited or forbidden method is not asked for every message
PATIENCE = 1.0  # seconds a message waits for a name: an acknowledgement is due after three
SIZE = 10_000  # entries kept of each kind

T = TypeVar("T")


class Remembered(Generic[T]):
    """A bounded cache over `fetch`, which runs once for all who ask for the same key at the same time."""

    def __init__(self, fetch: Callable[[str], Awaitable[T]], *, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, T | None]] = OrderedDict()
        self._running: dict[str, asyncio.Task[T | None]] = {}

    async def get(self, key: str) -> T | None:
        """The value, or None when it cannot be had within `PATIENCE`; then it is fetched on for the next who asks."""
        until, value = self._known.get(key, (0.0, None))
        if self._clock.monotonic() < until:
            return value
        task = self._running.get(key) or self._start(key)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done else None

    async def aclose(self) -> None:
        """Ends what is still being fetched."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self, key: str) -> asyncio.Task[T | None]:
        task = self._running[key] = asyncio.create_task(self._fill(key))
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return task

    async def _fill(self, key: str) -> T | None:
        value: T | None = None
        with contextlib.suppress(PlatformError):  # a name is not worth an error: the id stands in for it
            value = await self._fetch(key)
        self._known[key] = (self._clock.monotonic() + (FAILURE_KEPT_FOR if value is None else KEPT_FOR), value)
        self._known.move_to_end(key)
        while len(self._known) > SIZE:
            self._known.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Person:
    """What users.info says. `teams`: the workspaces this person is at home in."""

    name: str
    teams: frozenset[str]
    admin: bool
    stranger: bool


class Directory:
    """Names and rights in one workspace. `admins`: entries `slack:TEAM:USER`.

    When Slack was asked for as many names as it tells in a minute, further ones are done without: that is no reason to wait.
    """

    def __init__(self, client: AsyncWebClient, workspace: Workspace, *, admins: tuple[str, ...], clock: Clock, pace: Pace) -> None:
        self._client = client
        self._pace = pace
        self._of_channels, self._of_people = names(workspace.team)
        self._workspace = workspace
        self._admins = frozenset(admins)
        self._people = Remembered(self._ask_person, clock=clock)
        self._channels = Remembered(self._ask_channel, clock=clock)

    async def author(self, user: str, *, home: str = "") -> Author:
        """Who writes, and what they may order. `home`: their workspace as the event names it, or empty."""
        person = await self._people.get(user)
        return Author(user, person.name if person else user, self._authority(user, person, home or self._workspace.team))

    async def names(self, *, people: frozenset[str], channels: frozenset[str]) -> dict[str, str]:
        """The names that can be had, by id."""
        found = await asyncio.gather(*(self._people.get(id) for id in people), *(self._channels.get(id) for id in channels))
        named = {
            id: value if isinstance(value, str) else value.name for id, value in zip((*people, *channels), found, strict=True) if value
        }
        return {id: name for id, name in named.items() if name}

    async def place(self, channel: str) -> Place:
        """Where we are, in words; a direct conversation has no name."""
        name = None if is_direct(channel) else await self._channels.get(channel)
        return Place(self._workspace.name, name or "")

    async def aclose(self) -> None:
        """Ends what is still being asked."""
        await self._people.aclose()
        await self._channels.aclose()

    def _authority(self, user: str, person: Person | None, home: str) -> Authority:
        """Slack vouches for the team and the user; a guest from a shared channel (Slack Connect) is nobody's admin here."""
        ours = self._workspace.team
        teams = person.teams if person else frozenset({home})
        if any(f"slack:{team}:{user}" in self._admins for team in teams):
            return Authority.OPERATOR
        foreign = home.startswith("T") and home != ours
        local = person is not None and ours in person.teams and not person.stranger and not foreign
        return Authority.ADMIN if person is not None and person.admin and local else Authority.MEMBER

    async def _allowed(self, budget: Budget) -> None:
        if not await self._pace.soon((budget,), within=PATIENCE):
            raise PlatformUnavailable(f"{budget.bucket} is used up")

    async def _ask_person(self, user: str) -> Person:
        await self._allowed(self._of_people)
        said: JsonView = (await asked(self._client.users_info(user=user))).get("user") or {}
        profile: JsonView = said.get("profile") or {}
        grid: JsonView = said.get("enterprise_user") or {}
        name = profile.get("display_name") or profile.get("real_name") or said.get("real_name") or said.get("name") or user
        teams = frozenset({str(said.get("team_id") or ""), *map(str, grid.get("teams") or ())} - {""})
        admin = any(said.get(right) is True for right in ("is_admin", "is_owner", "is_primary_owner"))
        return Person(" ".join(str(name).split()), teams, admin, stranger=said.get("is_stranger") is True)

    async def _ask_channel(self, channel: str) -> str:
        await self._allowed(self._of_channels)
        said: JsonView = (await asked(self._client.conversations_info(channel=channel))).get("channel") or {}
        return str(said.get("name") or "")


def is_direct(channel: str) -> bool:
    """Whether this is the id of a direct conversation (docs.slack.dev/apis/web-api/using-the-conversations-api)."""
    return channel.startswith("D")
