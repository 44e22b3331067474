"""HTTP mode: Slack calls us. Bolt checks the signature of every request before anything else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.slack.limits import ACKNOWLEDGE_WITHIN
from adapters.slack.manifest import PATH


@asynccontextmanager
async def serve(app: AsyncApp, *, host: str, port: int) -> AsyncIterator[str]:
    """Listens on exactly `host`; yields the address. At the end, requests in work are finished first.

    Raises OSError when the address is taken.
    """

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await _read(request)))

    site_app = web.Application()
    site_app.add_routes([web.post(PATH, events)])
    runner = web.AppRunner(site_app, access_log=None, shutdown_timeout=ACKNOWLEDGE_WITHIN)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


async def _read(request: web.Request) -> AsyncBoltRequest:
    """Bolt takes the word "payload" anywhere in a form for a button's, and so loses a command that has it in its text."""
    try:
        read = await to_bolt_request(request)
    except ValueError as error:  # not JSON, or not text: not from Slack
        raise web.HTTPBadRequest from error
    if read.raw_body and not read.body:
        read.body = dict(parse_qsl(read.raw_body, keep_blank_values=True))
        read.context = build_async_context(read.context, read.body)
    return read
