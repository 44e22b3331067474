"""The local Discord's gateway and people, tried with the real discord.py."""

import discord
import pytest

from tests.fakes.discord import DiscordServer
from tests.fakes.discord.bits import MESSAGE_CONTENT
from tests.fakes.discord.client import connected


async def test_a_mention_is_answered_in_place(server: DiscordServer) -> None:
    channel = server.add_channel("general", topic="talk")
    ana = server.add_user("ana", nick="Ana B.")

    async def on_message(message: discord.Message) -> None:
        if message.author.bot:
            return
        assert isinstance(message.author, discord.Member)
        assert message.mentions == [message.guild and message.guild.me]
        placeholder = await message.reply("…")
        await placeholder.edit(content=f"hello {message.author.display_name}, @everyone")

    async with connected(server, on_message):
        asked = await server.user_says(channel, ana, f"{server.bot.mention} hi `<@{ana.id}>`")
        await server.wait_for(lambda: server.messages(channel)[-1].edited_at)
    answer = server.messages(channel)[-1]
    assert (answer.author, answer.reply_to, answer.type) == (server.bot, asked, 19)
    assert answer.texts == ["…", "hello Ana B., @everyone"]
    assert answer.versions[0][0] < answer.versions[1][0]
    assert all(v.allowed_mentions == {"parse": []} and not any(v.pings) for v in answer.history)
    assert server.gateway.heartbeats >= 1


async def test_a_dm_and_what_without_the_content_intent_is_hidden(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    ana = server.add_user("ana")
    seen: list[str] = []

    async def on_message(message: discord.Message) -> None:
        quoted = message.reference and message.reference.resolved
        seen.append(f"{message.content}|{getattr(quoted, 'content', '-')}")
        server.changed()

    async with connected(server, on_message, intents=discord.Intents.default()):
        secret = await server.user_says(channel, ana, "private")
        await server.user_says(channel, ana, f"{server.bot.mention} look", reply_to=secret)
        await server.dm(ana, "in private")
        await server.wait_for(lambda: len(seen) == 3)
    assert seen == ["|-", f"{server.bot.mention} look|", "in private|-"]


async def test_a_dropped_gateway_is_resumed_and_a_forgotten_one_identified_anew(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    ana = server.add_user("ana")
    seen: list[str] = []

    async def on_message(message: discord.Message) -> None:
        seen.append(message.content)
        server.changed()

    async with connected(server, on_message):
        await server.drop_gateway(4000)
        missed = await server.user_says(channel, ana, "missed")
        await server.wait_for(lambda: seen == ["missed"])
        assert (server.gateway.resumes, len(server.gateway.identifies)) == (1, 1)
        await server.redeliver(missed)
        await server.wait_for(lambda: seen == ["missed", "missed"])
        server.forget_session()
        await server.drop_gateway(0)
        await server.wait_for(lambda: len(server.gateway.identifies) == 2)
        await server.wait_for(lambda: server.gateway.connections)
        await server.user_says(channel, ana, "after")
        await server.wait_for(lambda: seen[-1] == "after")


async def test_a_privileged_intent_that_was_not_granted(server: DiscordServer) -> None:
    server.forbid_intents(MESSAGE_CONTENT)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(server):
            pass
    channel, ana = server.add_channel("general"), server.add_user("ana")
    said = await server.user_says(channel, ana, "private")
    async with connected(server, intents=discord.Intents.default()) as client:
        assert not client.application_flags.gateway_message_content_limited
        place = client.get_partial_messageable(channel.id)
        assert (await place.fetch_message(said.id)).content == ""
        server.forbid_intents(0)
        assert (await place.fetch_message(said.id)).content == "private"


async def test_two_shards_get_their_own_guilds(server: DiscordServer) -> None:
    for number in range(1, 5):
        server.add_guild(snowflake=number << 22)
    home = next(iter(server.guilds))
    async with connected(server, shard_id=1, shard_count=2) as client:
        assert {g.id for g in client.guilds} - {home} == {1 << 22, 3 << 22}


async def test_roles_webhooks_bots_and_system_messages_look_as_they_should(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    (guild,) = server.guilds.values()
    ana, hook = server.add_user("ana"), server.add_webhook("news")
    seen: list[discord.Message] = []

    async def on_message(message: discord.Message) -> None:
        seen.append(message)
        server.changed()

    async with connected(server, on_message) as client:
        home = client.get_guild(guild.id)
        assert home is not None
        await server.user_says(channel, ana, guild.bot_role.mention)
        await server.user_says(channel, hook, "news")
        await server.user_says(channel, ana, type=7)
        forwarded = await server.user_says(channel, ana, forwards=server.messages(channel)[1])
        await server.edit_message(forwarded, "late")
        await server.delete_message(forwarded)
        await server.wait_for(lambda: len(seen) == 4)
        by_role, news, joined, snapshot = seen
        assert by_role.role_mentions == [home.self_role]
        assert (news.webhook_id, news.author.bot) == (hook.id, True)
        assert joined.is_system()
        assert snapshot.message_snapshots[0].content == "news"
