"""SlackServer: a small Slack on loopback that the real slack_bolt and slack_sdk talk to."""

from collections.abc import Callable, Iterable
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.contracts import slack_judge, slack_known
from tests.fakes.server import Fault, LocalServer, Recorded, json_answer
from tests.fakes.slack.calls import decoded
from tests.fakes.slack.chat import ChatMethods
from tests.fakes.slack.files import Files
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.http_transport import Balancer, HttpTransport, Route, Signature
from tests.fakes.slack.lookup import PAGE_LIMIT, LookupMethods
from tests.fakes.slack.people import People
from tests.fakes.slack.post_office import ACK_TIMEOUT, RETRY_DELAYS, PostOffice, Transport
from tests.fakes.slack.records import Delivery, Whisper
from tests.fakes.slack.response_urls import ResponseUrls
from tests.fakes.slack.socket_mode import SocketHub
from tests.fakes.slack.streams import StreamMethods
from tests.fakes.slack.surfaces import SurfaceMethods
from tests.fakes.slack.tiers import RateLimits
from tests.fakes.slack.web_api import WebApi
from tests.fakes.slack.workspace import Channel, ChannelKind, Json, Message, Team, User
from tests.fakes.slack.world import World

SCOPES = (
    "app_mentions:read", "assistant:write", "channels:history", "channels:read", "chat:write", "chat:write.customize",
    "commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:write", "mpim:history",
    "reactions:write", "users:read",
)  # fmt: skip
API = "/api/"

JUDGED_AS = {"reactions.remove": "reactions.add"}
"""Methods without a description here that take what another one takes."""


class SlackServer(People, LocalServer):
    """`transport`: "socket", or the address of the bot's own web server; `route`, where it is set, spreads attempts over several
    of them. `time_scale` shortens Slack's three seconds and the lives of triggers, response_urls and streams; `retry_delays` are
    seconds as they are; `limits` has a scale of its own. `team` is the first workspace, with our app installed."""

    def __init__(
        self,
        *,
        transport: str = "socket",
        limits: RateLimits | None = None,
        time_scale: float = 1.0,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        scopes: Iterable[str] = SCOPES,
        page_limit: int = PAGE_LIMIT,
    ) -> None:
        super().__init__()
        self.transport = transport
        self.route: Route | None = None
        self.signing_secret = "signing-secret-of-tests"
        self.app_token = "xapp-1-tests"
        self.limits = limits or RateLimits()
        self.world = World(self.changed)
        self.team = self.world.add_team("Acme")
        self.sockets = SocketHub(app_id=self.world.app_id, changed=self.changed)
        self.post = PostOffice(ack_timeout=ACK_TIMEOUT * time_scale, retry_delays=retry_delays, changed=self.changed)
        self.herald = Herald(self.world, self.send)
        self.responses = ResponseUrls(self.world, self.herald, time_scale=time_scale)
        self.files = Files(self.world, self.herald, self.base_url)
        self._session: aiohttp.ClientSession | None = None
        self.streams = StreamMethods(self.herald, time_scale=time_scale)
        self.api = self._web_api(list(scopes), time_scale, page_limit)
        self._routes()

    def _web_api(self, scopes: list[str], time_scale: float, page_limit: int) -> WebApi:
        methods = {
            **ChatMethods(self.herald).methods(),
            **self.streams.methods(),
            **LookupMethods(page_limit).methods(),
            **self.files.methods(),
            **SurfaceMethods(time_scale=time_scale).methods(),
        }
        return WebApi(self.world, methods, self.limits, scopes, self.app_token, self._open_connection)

    def _open_connection(self) -> str:
        return self.sockets.ticket(self.url)

    def _routes(self) -> None:
        self.app.router.add_route("*", API + "{method}", self.api.handle)
        self.app.router.add_get("/link/", self.sockets.handle)
        self.app.router.add_post("/response/{key}", self.responses.handle)
        self.app.router.add_post("/upload/{id}", self.files.take)
        self.app.router.add_get("/files/{id}/{name}", self.files.handle)

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL, the SDK's base_url, has to be."""
        return self.url + API

    @property
    def bot_token(self) -> str:
        """The bot token of the first workspace."""
        return self.team.bot_token or ""

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()
        await super().start()

    async def stop(self) -> None:
        await self.post.close()
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()
        await super().stop()

    def judge(self, request: Recorded) -> list[str]:
        """What Slack's own description has against the arguments of a call."""
        method, judged = request.path.removeprefix(API), slack_judge()
        described = JUDGED_AS.get(method, method)
        if judged is None or not request.path.startswith(API) or described not in slack_known():
            return []
        arguments = decoded(request.body, request.query)
        for name in ("token", "team_id"):  # bolt sends team_id with every call; Slack reads it for org-wide tokens only
            arguments.pop(name, None)
        return [f"{method}: {complaint}" for complaint in judged(described, arguments)]

    def faulty(self, fault: Fault) -> web.Response:
        """A scripted failure without a body gets Slack's: ratelimited, service_unavailable, internal_error."""
        if fault.body is not None:
            return super().faulty(fault)
        words = {429: "ratelimited", 503: "service_unavailable"}
        headers = dict(fault.headers)
        if fault.retry_after is not None:
            headers["Retry-After"] = f"{fault.retry_after:g}"
        body = {"ok": False, "error": words.get(fault.status, "internal_error")}
        return json_answer(body, status=fault.status, headers=headers)

    async def wait_for(self, predicate: Callable[[], Any], timeout: float = 5.0) -> Any:
        """The first true value of `predicate`. Raises TimeoutError with everything visible after `timeout` seconds."""
        try:
            return await super().wait_for(predicate, timeout)
        except TimeoutError:
            raise TimeoutError(f"not within {timeout} s; to be seen:\n{self.world.transcript()}") from None

    def base_url(self) -> str:
        return self.url

    def send(self, delivery: Delivery) -> None:
        self.post.send(delivery, self._transport())

    async def deliver_http(self, url: str, event: Json, *, signature: Signature = "good") -> Delivery:
        """Any event body (an envelope, or url_verification) straight to `url`; returns after the last attempt."""
        delivery = Delivery("events_api", event)
        self.post.send(delivery, self._http(url, signature))
        await delivery.done.wait()
        return delivery

    async def redeliver(self, delivery: Delivery, *, retry_num: int = 1) -> Delivery:
        """The same payload once more, as Slack does when it believes that nobody acknowledged; and so on from there."""
        self.post.send(delivery, self._transport(), retry_num=retry_num, reason="http_timeout")
        await delivery.done.wait()
        return delivery

    async def delivered(self) -> None:
        """Returns when nothing is under way to the bot any more, redeliveries included."""
        for delivery in self.post.deliveries:
            await delivery.done.wait()

    def _transport(self) -> Transport:
        if self.transport == "socket":
            return self.sockets
        return Balancer(self.route, self._http) if self.route else self._http(self.transport)

    def _http(self, url: str, signature: Signature = "good") -> HttpTransport:
        if self._session is None:
            raise RuntimeError("the server is not started")
        return HttpTransport(url, self.signing_secret, self._session, signature)

    def add_team(self, name: str, *, installed: bool = True) -> Team:
        """A further workspace; not `installed`: the far side of a shared channel."""
        return self.world.add_team(name, installed=installed)

    def add_user(
        self,
        name: str,
        *,
        team: Team | None = None,
        display_name: str | None = None,
        admin: bool = False,
        owner: bool = False,
        bot: bool = False,
    ) -> User:
        """Somebody of the first workspace, or of `team`: a stranger, where our app lives elsewhere."""
        world, home = self.world, team or self.team
        bot_id = world.numbers.id("B") if bot else None
        shown = name if display_name is None else display_name
        user = User(world.numbers.id("U"), name, home.id, shown, admin or owner, owner, bot_id)
        world.users[user.id] = user
        return user

    def add_channel(
        self,
        name: str = "general",
        *,
        kind: ChannelKind = "public",
        members: Iterable[User] = (),
        team: Team | None = None,
        bot: bool = True,
    ) -> Channel:
        """A conversation with our bot in it, unless told otherwise; members of other teams share it."""
        return self.world.add_channel(name, team=team or self.team, kind=kind, members=members, bot=bot)

    def add_file(self, name: str, data: bytes, mimetype: str = "text/plain") -> Json:
        """A file to hand to `says`."""
        return self.files.add(self.url, name=name, mimetype=mimetype, data=data)

    def messages(self, channel: Channel, *, thread_ts: str | None = None) -> list[Message]:
        """All messages ever, oldest first, deleted ones marked; with `thread_ts` that root and its replies."""
        found = list(channel.timeline.values())
        return [m for m in found if thread_ts is None or thread_ts in (m.ts, m.thread_ts)]

    def from_bot(self, channel: Channel, *, thread_ts: str | None = None) -> list[Message]:
        """Our bot's own messages there."""
        ours = {team.bot_user for team in self.world.teams.values()}
        return [m for m in self.messages(channel, thread_ts=thread_ts) if m.user in ours]

    @property
    def whispers(self) -> list[Whisper]:
        """What one person alone was shown."""
        return self.world.whispers

    def calls(self, method: str) -> list[Json]:
        """The decoded arguments of every call of a method, refused ones included, without tokens."""
        found = [decoded(r.body, r.query) for r in self.requests if r.path == API + method]
        return [{name: value for name, value in one.items() if name != "token"} for one in found]
