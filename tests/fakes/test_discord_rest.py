"""The local Discord's REST: limits, refusals, history, files."""

import time

import aiohttp
import discord
import pytest

from tests.fakes.contracts import contracts_available
from tests.fakes.discord import DiscordServer, Window
from tests.fakes.discord.bits import SEND_MESSAGES
from tests.fakes.discord.client import connected
from tests.fakes.server import Fault, Upload


async def test_the_fifth_send_waits_for_its_window_and_nothing_is_refused() -> None:
    async with DiscordServer(time_scale=0.06) as server:
        server.add_guild()
        channel = server.add_channel("general")
        async with connected(server) as client:
            target = client.get_partial_messageable(channel.id)
            times = []
            for number in range(6):
                begun = time.monotonic()
                await target.send(str(number))
                times.append(time.monotonic() - begun)
        assert max(times[:4]) < 0.15 < times[4] < 0.45
        assert [m.content for m in server.messages(channel)] == list("012345")
        assert server.limits.refused == 0
        server.assert_clean()


async def test_a_window_that_the_client_does_not_know_of_gives_429(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    route = "POST /channels/{channel_id}/messages"
    server.limits.rules[route] = Window(1, 0.2)
    url, headers = f"{server.api_url}/channels/{channel.id}/messages", {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await (await session.post(url, json={"content": "a"})).read()
        async with session.post(url, json={"content": "b"}) as answer:
            body = await answer.json()
    assert (answer.status, answer.headers["Via"], answer.headers["X-RateLimit-Remaining"]) == (429, "1.1 google", "0")
    assert 0 < body["retry_after"] <= 0.2
    assert not body["global"]
    assert server.limits.refused == 1


async def test_history_files_reactions_and_typing(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    thread = server.add_thread(channel, "aside")
    ana = server.add_user("ana")
    said = [await server.user_says(thread, ana, str(n), attachments=[Upload("a.txt", "text/plain", b"hi")]) for n in range(5)]
    async with connected(server) as client:
        place = client.get_channel(thread.id)
        assert isinstance(place, discord.Thread)
        assert place.last_message_id == said[-1].id
        found = [m async for m in place.history(after=discord.Object(said[1].id), oldest_first=True)]
        assert [m.content for m in found] == ["2", "3", "4"]
        assert await found[0].attachments[0].read() == b"hi"
        await found[0].add_reaction("👀")
        async with place.typing():
            mine = await place.send("report", file=discord.File(__file__))
        await mine.delete()
    assert said[2].reactions == {"👀": {server.bot.id}}
    assert len(thread.typing) == 1
    gone = server.message(thread, mine.id)
    assert gone.deleted
    assert gone.attachments[0]["filename"] == "test_discord_rest.py"


async def test_a_retried_send_is_not_doubled_and_a_repeated_nonce_is_the_earlier_message(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    url, headers = f"{server.api_url}/channels/{channel.id}/messages", {"Authorization": f"Bot {server.token}"}
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True}
    server.faults.add(match=("POST", r"/channels/\d+/messages$"), fault=Fault(drop_after=True))
    async with aiohttp.ClientSession(headers=headers) as session:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.post(url, json=body)
        async with session.post(url, json=body) as answer:
            again = await answer.json()
    assert [m.id for m in server.messages(channel)] == [int(again["id"])]


async def test_the_overall_limit_says_that_it_is_global_and_spares_interactions(server: DiscordServer) -> None:
    server.limits.overall = Window(1, 0.2)
    hook = f"{server.api_url}/webhooks/{server.application_id}/none"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session:
        answers = []
        for url in (f"{server.api_url}/users/@me", f"{server.api_url}/gateway", f"{hook}/messages/@original"):
            async with session.get(url) as answer:
                answers.append((answer.status, answer.headers.get("X-RateLimit-Global"), (await answer.json()).get("global")))
    assert answers == [(200, None, None), (429, "true", True), (401, None, None)]


@pytest.mark.parametrize(
    ("denied", "length", "code"),
    [(SEND_MESSAGES, 5, 50013), (1 << 10, 5, 50001), (0, 0, 50006), (0, 2001, 50035)],
)
async def test_refusals_have_discords_codes(denied: int, length: int, code: int) -> None:
    async with DiscordServer(judging=False) as server:
        server.add_guild()
        channel = server.add_channel("general", denied=denied)
        async with connected(server) as client:
            with pytest.raises(discord.HTTPException) as caught:
                await client.get_partial_messageable(channel.id).send("x" * length)
    assert caught.value.code == code


async def test_faults_reach_the_client_as_discord_words_them(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    server.faults.add(match=("POST", r"/messages$"), fault=Fault(status=429, retry_after=0.05))
    server.faults.add(match=("POST", r"/messages$"), fault=Fault(status=503))
    async with connected(server) as client:
        with pytest.raises(discord.DiscordServerError):
            await client.get_partial_messageable(channel.id).send("x")
    assert [r.status for r in server.requests if r.path.endswith("/messages")] == [429, 503]


async def test_a_stopped_server_comes_back_and_the_client_resumes(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    ana = server.add_user("ana")
    seen: list[str] = []

    async def on_message(message: discord.Message) -> None:
        seen.append(message.content)
        server.changed()

    async with connected(server, on_message):
        await server.stop()
        await server.user_says(channel, ana, "while away")
        await server.start()
        await server.wait_for(lambda: server.gateway.resumes, timeout=8)
        await server.wait_for(lambda: seen == ["while away"])


@pytest.mark.skipif(not contracts_available(), reason="Discord's description is not beside this repository")
async def test_the_judge_complains_about_a_bad_body() -> None:
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        server.add_guild()
        channel = server.add_channel("general")
        headers = {"Authorization": f"Bot {server.token}"}
        await (await session.post(f"{server.api_url}/channels/{channel.id}/messages", json={"contnet": "x"}, headers=headers)).read()
        with pytest.raises(AssertionError, match="contnet"):
            server.assert_clean()
