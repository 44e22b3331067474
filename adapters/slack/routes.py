"""Bolt's app with everything that Slack may send us: messages, orders, presses, forms, and the rest, which is at least acknowledged."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.buttons import OURS
from adapters.slack.chores import Chores
from adapters.slack.commands import Orders
from adapters.slack.form import CALLBACK
from adapters.slack.home import welcome
from adapters.slack.intake import Intake
from adapters.slack.payloads import Json
from adapters.slack.presses import CALLBACK as REASON
from adapters.slack.presses import Presses
from adapters.slack.workspace import Workspace

ANY = re.compile(".*")


def bolt_app(workspace: Workspace, client: AsyncWebClient, *, signing_secret: str) -> AsyncApp:
    """Verifies signatures and knows us already: bolt by itself asks auth.test for every event, or acknowledges it when that fails."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=workspace.team, bot_user_id=workspace.bot_user, bot_id=workspace.bot_id, bot_token=client.token
        )

    tokenless = AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[])
    return AsyncApp(name="parley", signing_secret=signing_secret, client=tokenless, authorize=authorize)


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told what comes in."""

    intake: Intake
    orders: Orders
    presses: Presses
    client: AsyncWebClient


def add_routes(app: AsyncApp, listeners: Listeners, *, chores: Chores) -> None:
    """Everything that does not answer at once is a chore: bolt's own listener tasks are nobody's."""
    intake, orders, presses = listeners.intake, listeners.orders, listeners.presses

    async def messages(request: AsyncBoltRequest, body: Json, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        return await intake.take(body, retry=retry_of(request)) if intake.concerns(body) else await next()

    async def slash(ack: AsyncAck, body: Json) -> None:
        await ack()
        chores.start(orders.slash(body))  # type: ignore[arg-type]  # foreign data takes its shape here

    async def form(ack: AsyncAck, body: Json) -> None:
        await ack()
        chores.start(orders.submitted(body))

    async def press(ack: AsyncAck, body: Json) -> None:
        await ack()
        chores.start(presses.pressed(body))

    async def reason(ack: AsyncAck, body: Json) -> None:
        await ack()
        chores.start(presses.submitted(body))

    async def home(event: Json) -> None:
        chores.start(welcome(listeners.client, event))

    app.middleware(messages)
    app.command(ANY)(slash)
    app.view(CALLBACK)(form)
    app.action(OURS)(press)
    app.view(REASON)(reason)
    app.event("app_home_opened")(home)
    _acknowledge_the_rest(app)


def retry_of(request: AsyncBoltRequest) -> int:
    """How often Slack delivered this before; bolt shows what Socket Mode says of it as the header of HTTP."""
    said = next(iter(request.headers.get("x-slack-retry-num", ())), "")
    return int(said) if said.isdecimal() else 0


def _acknowledge_the_rest(app: AsyncApp) -> None:
    """What nobody handles would be a 404, or silence over Socket Mode: Slack sends it again and shows people an error."""

    async def rest(ack: Callable[..., Awaitable[Any]]) -> None:
        await ack()

    for listen in (app.event, app.action, app.shortcut, app.view, app.view_closed, app.options):
        listen(ANY)(rest)
