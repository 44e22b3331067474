"""What Discord's gateway sends for a message, and what discord.py makes of it.

Shapes: Discord's developer documents, "Message Object" (its example message; "Message Reference", "Message Snapshot Object",
"Attachment Object"), "Gateway Events: Message Create" (`guild_id`, `member`, and `member` beside each mentioned user), "Guild Object",
"Role Object" (`tags.bot_id` of a managed role), "Channel Object" (thread metadata). Values are ours.
"""

from typing import Any

import discord

from adapters.discord.client import intents_for

GUILD, CHANNEL, THREAD, DM, OTHER_CHANNEL = 900, 910, 911, 920, 912
ME, ANA, BEN, OWNER = 1, 2, 3, 4
OWN_ROLE, CREW, MODERATORS, ADMINS = 801, 802, 803, 804
SENT = "2026-11-20T13:00:00.250000+00:00"
MESSAGE = (1_411_400_000_000 << 22) + 7  # a snowflake: its upper bits are milliseconds since 2015


def user(snowflake: int, name: str, **more: Any) -> dict[str, Any]:
    """A user object."""
    return {"id": str(snowflake), "username": name, "discriminator": "0", "avatar": None, "global_name": None} | more


PEOPLE = {
    ME: user(ME, "parley", global_name="Parley", bot=True),
    ANA: user(ANA, "ana", global_name="Ana"),
    BEN: user(BEN, "ben", global_name="Ben"),
    OWNER: user(OWNER, "owner"),
}


def role(snowflake: int, name: str, permissions: int = 0, **more: Any) -> dict[str, Any]:
    """A role object."""
    look = {"color": 0, "hoist": False, "position": 1, "managed": False, "mentionable": True, "flags": 0}
    return {"id": str(snowflake), "name": name, "permissions": str(permissions), **look} | more


def guild() -> dict[str, Any]:
    """A guild as GUILD_CREATE brings it: without other members."""
    bot_role = role(OWN_ROLE, "Parley", managed=True, tags={"bot_id": str(ME)})
    rights = {"moderators": discord.Permissions(manage_messages=True), "admins": discord.Permissions(manage_guild=True)}
    roles = [role(GUILD, "@everyone"), bot_role, role(CREW, "crew")]
    roles += [role(MODERATORS, "moderators", rights["moderators"].value), role(ADMINS, "admins", rights["admins"].value)]
    text: dict[str, Any] = {"type": 0, "position": 0, "permission_overwrites": [], "nsfw": False, "parent_id": None}
    meta = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": SENT, "locked": False}
    thread = {"id": str(THREAD), "parent_id": str(CHANNEL), "owner_id": str(ANA), "name": "a thread", "type": 11}
    return {
        "id": str(GUILD),
        "name": "Home",
        "owner_id": str(OWNER),
        "roles": roles,
        "members": [{"user": PEOPLE[ME], "roles": [str(OWN_ROLE)], "joined_at": SENT, "deaf": False, "mute": False, "flags": 0}],
        "channels": [text | {"id": str(CHANNEL), "name": "general"}, text | {"id": str(OTHER_CHANNEL), "name": "random"}],
        "threads": [thread | {"guild_id": str(GUILD), "message_count": 1, "member_count": 1, "thread_metadata": meta}],
        "emojis": [],
        "stickers": [],
        "features": [],
        "member_count": 4,
        "afk_timeout": 300,
    } | dict.fromkeys(
        ("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level", "nsfw_level", "premium_tier"), 0
    )


def message(content: str, *, by: int = ANA, where: int = CHANNEL, **more: Any) -> dict[str, Any]:
    """A MESSAGE_CREATE event; `roles` are those of its author. In a DM there is neither guild nor member."""
    roles = more.pop("roles", ())
    data: dict[str, Any] = {
        "id": str(MESSAGE),
        "channel_id": str(where),
        "author": PEOPLE[by],
        "content": content,
        "timestamp": SENT,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }
    if where != DM:
        member = {"roles": [str(r) for r in roles], "joined_at": SENT, "deaf": False, "mute": False, "flags": 0, "nick": None}
        data |= {"guild_id": str(GUILD), "member": member}
    return data | more


def mentioned(*people: int, nick: str | None = None) -> list[dict[str, Any]]:
    """Users in `mentions`, each with its member in this guild."""
    member = {"roles": [], "joined_at": SENT, "deaf": False, "mute": False, "flags": 0, "nick": nick}
    return [PEOPLE[snowflake] | {"member": member} for snowflake in people]


def reply(content: str, *, to: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """A reply (type 19). `to` is None when the message it answers was deleted."""
    where = {"type": 0, "message_id": "77", "channel_id": str(more.get("where", CHANNEL)), "guild_id": str(GUILD)}
    return message(content, **more) | {"type": 19, "message_reference": where, "referenced_message": to}


def forward(content: str, **more: Any) -> dict[str, Any]:
    """A forwarded message: its own content is empty, the snapshot has no author."""
    snapshot = {"type": 0, "content": content, "embeds": [], "attachments": [attachment("map.png")], "timestamp": SENT}
    snapshot |= {"edited_timestamp": None, "flags": 0, "mentions": [], "mention_roles": []}
    origin = {"type": 1, "message_id": "66", "channel_id": str(OTHER_CHANNEL), "guild_id": str(GUILD)}
    return message("", **more) | {"message_reference": origin, "message_snapshots": [{"message": snapshot}]}


def attachment(name: str, kind: str = "image/png") -> dict[str, Any]:
    """A file."""
    url = f"https://cdn.discordapp.com/attachments/1/2/{name}"
    return {"id": "55", "filename": name, "content_type": kind, "size": 123, "url": url, "proxy_url": url, "flags": 0}


class World:
    """discord.py as it is after READY and GUILD_CREATE, without a connection."""

    def __init__(self) -> None:
        client = discord.Client(intents=intents_for(message_content=True), max_messages=None)
        self._state: Any = client._connection
        self._state.user = self.me = discord.ClientUser(state=self._state, data=PEOPLE[ME])  # type: ignore[arg-type]
        self.joins(guild())

    def joins(self, data: dict[str, Any]) -> None:
        """A server becomes known."""
        self._state._add_guild_from_data(data)

    def received(self, data: dict[str, Any]) -> discord.Message:
        """The object that `on_message` gets."""
        channel, _ = self._state._get_guild_channel(data)
        return discord.Message(state=self._state, channel=channel, data=data)  # type: ignore[arg-type]
