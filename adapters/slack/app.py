"""Slack, opened and closed in order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.chores import Chores
from adapters.slack.commands import Orders
from adapters.slack.directory import Directory
from adapters.slack.http_mode import serve
from adapters.slack.intake import Intake
from adapters.slack.payloads import Json
from adapters.slack.platform import SlackPlatform
from adapters.slack.presses import Presses
from adapters.slack.regrets import Regrets
from adapters.slack.routes import Listeners, add_routes, bolt_app
from adapters.slack.session import SessionStops
from adapters.slack.socket_mode import SocketMode
from adapters.slack.workspace import Workspace, who_are_we
from bot.settings import Settings
from bot.vocabulary.clock import Clock
from bot.vocabulary.door import Door

log = structlog.get_logger(__name__)

GRACE = 10.0
"""Seconds that orders in work get to be answered when we close."""


@dataclass(frozen=True, slots=True)
class Slack:
    """What stands while Slack is open. `address`: where Slack must reach us in HTTP mode, else empty."""

    workspace: Workspace
    address: str = ""


@asynccontextmanager
async def open_slack(settings: Settings, door: Door, *, platform: SlackPlatform, clock: Clock) -> AsyncIterator[Slack]:
    """Receive from Slack until the block ends: then nothing more is taken in, and what was taken in is finished.

    Raises `PlatformRefused` when Slack does not accept a token, `PlatformUnavailable` when it cannot be reached,
    OSError when the HTTP address is taken.
    """
    async with AsyncExitStack() as stack:
        workspace = await who_are_we(platform.client)
        directory = Directory(platform.client, workspace, admins=settings.parley_admins, clock=clock, pace=platform.pace)
        stack.push_async_callback(directory.aclose)
        chores = Chores()
        stack.push_async_callback(chores.aclose, grace=GRACE)
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        app = bolt_app(workspace, platform.client, signing_secret=secret)
        regrets = Regrets(platform.client, chores=chores, clock=clock)
        intake = Intake(door, workspace=workspace, directory=directory, thinking=platform.thinking, regrets=regrets)
        orders = Orders(door, client=platform.client, workspace=workspace, directory=directory)
        presses = Presses(door, client=platform.client, workspace=workspace, directory=directory)
        stops = SessionStops(door, workspace=workspace, directory=directory, clock=clock)

        async def session_stopped(event: Json) -> None:
            chores.start(stops.stopped(event))

        app.event("agent_session_stopped")(session_stopped)  # before the routes, which acknowledge all else
        add_routes(app, Listeners(intake, orders, presses, platform.client), chores=chores)
        address = await _listen(stack, settings, app=app, client=platform.client)
        log.info("slack.connected", team=workspace.team, mode=settings.slack_transport)
        yield Slack(workspace, address)


async def _listen(stack: AsyncExitStack, settings: Settings, *, app: AsyncApp, client: AsyncWebClient) -> str:
    if settings.slack_transport == "http":
        return await stack.enter_async_context(serve(app, host=settings.host, port=settings.port))
    token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    sockets = SocketMode(app, client, app_token=token)
    stack.push_async_callback(sockets.aclose)
    await sockets.start(settings.slack_connections)
    return ""
