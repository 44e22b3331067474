"""Who speaks, and where: the same for messages and for commands."""

from collections.abc import Collection
from dataclasses import dataclass

import discord

from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place
from bot.vocabulary.door import Source

PLATFORM = "discord"
DIRECT = Place(server="direct messages", channel="direct messages")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where something was said. `exclusive` in threads and DMs, `direct` in DMs only."""

    conversation: ConversationKey
    place: Place
    exclusive: bool
    direct: bool = False


def whereabouts(channel: object, *, channel_id: int, guild: discord.Guild | None, guild_id: int | None, user_id: int) -> Whereabouts:
    """`channel` is whatever discord.py made of it; ids count where it knows less than we need."""
    if guild_id is None:
        return Whereabouts(ConversationKey(PLATFORM, f"dm-{user_id}", str(channel_id)), DIRECT, exclusive=True, direct=True)
    server = guild.name if guild is not None else ""
    if not isinstance(channel, discord.Thread):
        place = Place(server=server, channel=str(getattr(channel, "name", "") or ""))
        return Whereabouts(ConversationKey(PLATFORM, str(guild_id), str(channel_id)), place, exclusive=False)
    parent = channel.parent
    place = Place(server=server, channel=parent.name if parent is not None else channel.name)
    return Whereabouts(ConversationKey(PLATFORM, str(guild_id), str(channel.parent_id), str(channel.id)), place, exclusive=True)


def source_of(client: discord.Client) -> Source:
    """The connection of a client that is logged in, by its shard and how many there are."""
    account = str(client.user.id) if client.user is not None else ""
    return Source(PLATFORM, account, f"{client.shard_id or 0}/{client.shard_count or 1}")


def author_of(user: discord.abc.User, permissions: discord.Permissions | None, *, operators: Collection[str]) -> Author:
    """`permissions` as Discord vouches for them, None where there are none; `operators` reads `discord:ID`."""
    return Author(str(user.id), user.display_name, _authority(user.id, permissions, operators))


def _authority(user: int, permissions: discord.Permissions | None, operators: Collection[str]) -> Authority:
    if f"{PLATFORM}:{user}" in operators:
        return Authority.OPERATOR
    if permissions is None:
        return Authority.MEMBER
    if permissions.administrator or permissions.manage_guild:
        return Authority.ADMIN
    return Authority.MODERATOR if permissions.manage_messages else Authority.MEMBER
