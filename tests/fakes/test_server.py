"""The skeleton itself: recording, faults, drops, restart on the same port."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.server import Fault, LocalServer, Recorded, Upload, json_answer


class Echo(LocalServer):
    def __init__(self) -> None:
        super().__init__()
        self.handled = 0
        self.app.router.add_post("/echo", self._echo)

    def judge(self, request: Recorded) -> list[str]:
        return ["bad word"] if request.body == {"word": "bad"} else []

    async def _echo(self, request: web.Request) -> web.Response:
        self.handled += 1
        return json_answer({"ok": True})


async def test_records_json_forms_and_files() -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        form = aiohttp.FormData({"text": "hi"})
        form.add_field("file", b"\x00\x01", filename="a.bin", content_type="application/octet-stream")
        for body in ({"json": {"a": 1}}, {"data": {"b": "2"}}, {"data": form}):
            async with session.post(f"{server.url}/echo?q=1", **body) as answer:
                assert answer.headers["Content-Type"] == "application/json"
        upload = Upload("a.bin", "application/octet-stream", b"\x00\x01")
        assert [r.body for r in server.requests] == [{"a": 1}, {"b": "2"}, {"text": "hi", "file": upload}]
        assert {(r.status, r.query["q"]) for r in server.requests} == {(200, "1")}
        server.assert_clean()


async def test_violations_are_named() -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        await (await session.post(f"{server.url}/echo", json={"word": "bad"})).read()
        await (await session.get(f"{server.url}/nowhere")).read()
        with pytest.raises(AssertionError, match="bad word\nGET /nowhere: not served here"):
            server.assert_clean()


async def test_faults_are_used_up_in_order() -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        server.faults.add(match=("POST", r"/echo$"), fault=Fault(status=429, retry_after=1.5))
        server.faults.add(match=("*", r"/echo$"), fault=Fault(status=503, body="<html>"))
        seen = []
        for _ in range(3):
            async with session.post(f"{server.url}/echo") as answer:
                seen.append((answer.status, answer.headers.get("Retry-After"), await answer.text()))
        assert seen == [(429, "1.5", "{}"), (503, None, "<html>"), (200, None, '{"ok": true}')]
        assert server.handled == 1


@pytest.mark.parametrize(("fault", "handled"), [(Fault(drop_before=True), 0), (Fault(drop_after=True), 1)])
async def test_drops(fault: Fault, handled: int) -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        server.faults.add(match=("POST", "/echo"), fault=fault)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.post(f"{server.url}/echo")
        assert server.handled == handled
        assert [r.status for r in server.requests] == [0]


async def test_restarts_on_the_same_port() -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        url = server.url
        await (await session.post(f"{url}/echo")).read()
        await server.stop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(f"{url}/echo")
        await server.start()
        assert server.url == url
        await (await session.post(f"{url}/echo")).read()
        assert server.handled == 2


async def test_waiting_ends_with_the_change_or_in_time() -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        sent = session.post(f"{server.url}/echo")
        async with sent as answer:
            await answer.read()
        assert await server.wait_for(lambda: server.handled == 1)
        with pytest.raises(TimeoutError):
            await server.wait_for(lambda: server.handled == 2, timeout=0.01)


async def test_stopping_does_not_wait_for_a_slow_answer() -> None:
    async with Echo() as server, aiohttp.ClientSession() as session:
        server.faults.add(match=("POST", "/echo"), fault=Fault(delay=30))
        slow = asyncio.create_task(session.post(f"{server.url}/echo"))
        await server.wait_for(lambda: server.requests)
        await server.stop()
        with pytest.raises(aiohttp.ClientError):
            await slow
        assert server.handled == 0
