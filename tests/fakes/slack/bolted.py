"""A real bolt app beside the local Slack, for tests of either."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import SlackServer


def client_of(server: SlackServer, token: str | None = None) -> AsyncWebClient:
    """A real Web API client that sends each call once; as our bot, or with another token."""
    return AsyncWebClient(token=token or server.bot_token, base_url=server.api_url, retry_handlers=[])


def app_of(server: SlackServer) -> AsyncApp:
    """A bolt app of the first workspace, without listeners."""
    return AsyncApp(client=client_of(server), signing_secret=server.signing_secret)


@asynccontextmanager
async def connected(server: SlackServer, app: AsyncApp, *, connections: int = 1) -> AsyncIterator[None]:
    """The app on Socket Mode, where the server's transport says so, else as bolt's own web server."""
    if server.transport == "socket":
        handlers = [AsyncSocketModeHandler(app, server.app_token, ping_interval=0.2) for _ in range(connections)]
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it unannotated
        try:
            await server.wait_for(lambda: len(server.sockets.connections) == connections)
            yield
        finally:
            for handler in handlers:
                await handler.close_async()  # type: ignore[no-untyped-call]
        return
    runner = web.AppRunner(app.server(port=0, path="/slack/events", host="127.0.0.1").web_app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.transport = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield
    finally:
        await runner.cleanup()
