"""What exists on the local Discord: people, roles, servers, channels, and how each looks on the wire."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import bits


@dataclass(eq=False, slots=True)
class User:
    """Somebody; `webhook` ones are authors without an account. `accepts_dms` False makes a DM fail with 50007."""

    id: int
    name: str
    display: str | None = None
    bot: bool = False
    webhook: bool = False
    accepts_dms: bool = True

    @property
    def mention(self) -> str:
        """As written in a text."""
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        """The user object."""
        shown = {"username": self.name, "global_name": self.display, "avatar": None, "discriminator": "0"}
        return {"id": str(self.id), "bot": self.bot, "system": False, "public_flags": 0, **shown}


@dataclass(eq=False, slots=True)
class Role:
    """`bot` is the id of the application's user for its managed role."""

    id: int
    name: str
    permissions: int = 0
    mentionable: bool = False
    bot: int | None = None

    @property
    def mention(self) -> str:
        """As written in a text."""
        return f"<@&{self.id}>"

    def payload(self) -> dict[str, Any]:
        """The role object."""
        look = {"color": 0, "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
        tags = {"tags": {"bot_id": str(self.bot)}} if self.bot is not None else {}
        flags = {"hoist": False, "position": 0, "managed": self.bot is not None, "mentionable": self.mentionable}
        shown = {"name": self.name, "permissions": str(self.permissions), "icon": None, "unicode_emoji": None}
        return {"id": str(self.id), "flags": 0, **look, **tags, **flags, **shown}


@dataclass(eq=False, slots=True)
class Member:
    """A user in one server."""

    user: User
    roles: list[int]
    nick: str | None = None

    def payload(self, *, with_user: bool = True) -> dict[str, Any]:
        """The guild member object; inside a message event Discord leaves the user out."""
        state = {"deaf": False, "mute": False, "flags": 0, "pending": False, "avatar": None, "banner": None}
        data = {"roles": [str(r) for r in self.roles], "nick": self.nick, "premium_since": None, **state}
        data |= {"joined_at": bits.time_of(self.user.id), "communication_disabled_until": None}
        return data | ({"user": self.user.payload()} if with_user else {})


@dataclass(eq=False, slots=True)
class Guild:
    """A server. The role with the server's own id is @everyone."""

    id: int
    name: str
    owner_id: int
    bot_role: Role
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    boosts: int = 0
    """The level, 0 to 3."""

    @property
    def file_limit(self) -> int:
        """Bytes of one file (documents, "Uploading Files"; help centre, "Server Boosting")."""
        return (10, 10, 50, 100)[self.boosts] * 1024**2

    def permissions_of(self, user: User) -> int:
        """The bitfield that the roles of `user` add up to; 0 for strangers."""
        member = self.members.get(user.id)
        if member is None:
            return 0
        total = 0
        for role in (self.id, *member.roles):
            total |= self.roles[role].permissions
        return bits.EVERYTHING if total & bits.ADMINISTRATOR or user.id == self.owner_id else total

    def payload(self) -> dict[str, Any]:
        """The guild object as REST gives it."""
        levels = {"verification_level": 0, "default_message_notifications": 1, "explicit_content_filter": 0}
        levels |= {"mfa_level": 0, "nsfw_level": 0, "premium_tier": self.boosts, "premium_subscription_count": 0, "afk_timeout": 300}
        nothing = dict.fromkeys(("icon", "splash", "discovery_splash", "banner", "description", "vanity_url_code"))
        nothing |= dict.fromkeys(("afk_channel_id", "application_id", "system_channel_id", "rules_channel_id"))
        lists: dict[str, Any] = {"emojis": [], "stickers": [], "features": []}
        rest = {"preferred_locale": "en-US", "system_channel_flags": 0, "owner_id": str(self.owner_id)}
        rest |= {"roles": [r.payload() for r in self.roles.values()], "premium_progress_bar_enabled": False}
        return {"id": str(self.id), "name": self.name, **levels, **nothing, **lists, **rest}


@dataclass(eq=False, slots=True)
class Channel:
    """A text channel, a thread (`parent`) or a DM (`recipient`). `denied`: permission bits the bot lacks here."""

    id: int
    name: str
    type: int = bits.TEXT
    guild: Guild | None = None
    parent: "Channel | None" = None
    owner_id: int = 0
    recipient: User | None = None
    denied: int = 0
    topic: str | None = None
    last_message_id: int | None = None
    message_count: int = 0
    archived: bool = False
    locked: bool = False
    typing: list[float] = field(default_factory=list)
    """When the bot said that it types here (monotonic seconds)."""

    @property
    def is_thread(self) -> bool:
        """Public, private and announcement threads."""
        return self.type in bits.THREADS

    @property
    def lacks(self) -> int:
        """The bits denied here or in the parent."""
        return self.denied | (self.parent.lacks if self.parent is not None else 0)

    def payload(self, bot_id: int) -> dict[str, Any]:
        """The channel object as the bot sees it."""
        last = None if self.last_message_id is None else str(self.last_message_id)
        data: dict[str, Any] = {"id": str(self.id), "type": self.type, "last_message_id": last, "flags": 0}
        if self.guild is None:
            return data | {"recipients": [self.recipient.payload()] if self.recipient else []}
        data |= {"guild_id": str(self.guild.id), "name": self.name, "rate_limit_per_user": 0}
        return data | (self._thread(bot_id) if self.is_thread else self._text(bot_id))

    def _text(self, bot_id: int) -> dict[str, Any]:
        denied = {"id": str(bot_id), "type": 1, "allow": "0", "deny": str(self.denied)}
        overwrites = [denied] if self.denied else []
        place = {"position": 0, "parent_id": None, "nsfw": False, "topic": self.topic}
        return {"permission_overwrites": overwrites, **place}

    def _thread(self, bot_id: int) -> dict[str, Any]:
        assert self.parent is not None
        times = {"archive_timestamp": bits.time_of(self.id), "create_timestamp": bits.time_of(self.id)}
        meta = {"archived": self.archived, "locked": self.locked, "auto_archive_duration": 1440, **times}
        counts = {"message_count": self.message_count, "total_message_sent": self.message_count, "member_count": 2}
        us = {"id": str(self.id), "user_id": str(bot_id), "join_timestamp": bits.time_of(self.id), "flags": 0}
        whose = {"parent_id": str(self.parent.id), "owner_id": str(self.owner_id)}
        return {"thread_metadata": meta, "member": us, **counts, **whose}
