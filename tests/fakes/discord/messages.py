"""A message with every version of it that people could see."""

import re
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from tests.fakes.discord import bits
from tests.fakes.discord.state import Channel, Guild, Role, User

CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


class Mentions(NamedTuple):
    """Whom a text pings, after `allowed_mentions`."""

    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    everyone: bool = False


class Version(NamedTuple):
    """What stood there from `at` (monotonic seconds) on, and how it was sent."""

    at: float
    content: str
    components: list[dict[str, Any]]
    embeds: list[dict[str, Any]]
    flags: int
    allowed_mentions: dict[str, Any] | None
    pings: Mentions


@dataclass(eq=False, slots=True)
class Message:
    """`history` holds every version; `deleted` ones stay on record."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    type: int = bits.PLAIN
    flags: int = 0
    embeds: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    stickers: list[dict[str, Any]] = field(default_factory=list)
    nonce: str | int | None = None
    reply_to: "Message | None" = None
    forwards: "Message | None" = None
    mentions: Mentions = field(default_factory=Mentions)
    application_id: int | None = None
    interaction: dict[str, Any] | None = None
    reactions: dict[str, set[int]] = field(default_factory=dict)
    edited_at: float | None = None
    deleted: bool = False
    history: list[Version] = field(default_factory=list)

    @property
    def versions(self) -> list[tuple[float, str]]:
        """When each text appeared (monotonic seconds), oldest first."""
        return [(v.at, v.content) for v in self.history]

    @property
    def texts(self) -> list[str]:
        """Every text that was sent to stand here, oldest first; a change of the buttons alone is no new one."""
        changed = [a for b, a in pairwise(self.history) if b.content != a.content or b.components == a.components]
        return [v.content for v in (*self.history[:1], *changed)]

    def reacted(self, emoji: str) -> set[int]:
        """Ids of those whose `emoji` stands under it."""
        return self.reactions.get(emoji, set())

    @property
    def ephemeral(self) -> bool:
        """Seen by one person only."""
        return bool(self.flags & bits.EPHEMERAL)

    def keep_version(self, allowed_mentions: dict[str, Any] | None) -> None:
        """Files what stands now as a version."""
        now = time.monotonic()
        look = (list(self.components), list(self.embeds), self.flags)
        self.history.append(Version(now, self.content, *look, allowed_mentions, self.mentions))

    def payload(self, *, nested: bool = False) -> dict[str, Any]:
        """The message object as REST gives it."""
        edited = None if self.edited_at is None else bits.iso(self.edited_at)
        data: dict[str, Any] = {"id": str(self.id), "channel_id": str(self.channel.id), "type": self.type}
        data |= {"author": self.author.payload(), "content": self.content, "flags": self.flags, "nonce": self.nonce}
        data |= {"timestamp": bits.time_of(self.id), "edited_timestamp": edited, "tts": False, "pinned": False}
        data |= {"embeds": self.embeds, "attachments": self.attachments, "components": self.components}
        data |= {"mentions": [u.payload() for u in self.mentions.users], "mention_everyone": self.mentions.everyone}
        data |= {"mention_roles": [str(r.id) for r in self.mentions.roles], "sticker_items": self.stickers}
        return data | self._origin() | ({} if nested else self._reference())

    def _origin(self) -> dict[str, Any]:
        data: dict[str, Any] = {"webhook_id": str(self.author.id)} if self.author.webhook else {}
        if self.application_id is not None:
            data["application_id"] = str(self.application_id)
        if self.interaction is not None:
            data["interaction_metadata"] = self.interaction
        return data

    def _reference(self) -> dict[str, Any]:
        origin = self.forwards or self.reply_to
        if origin is None:
            return {}
        where = {"message_id": str(origin.id), "channel_id": str(origin.channel.id)}
        if origin.channel.guild is not None:
            where["guild_id"] = str(origin.channel.guild.id)
        if self.forwards is not None:
            return {"message_reference": {"type": 1, **where}, "message_snapshots": [{"message": _snapshot(origin)}]}
        quoted = None if origin.deleted else origin.payload(nested=True)
        return {"message_reference": {"type": 0, **where}, "referenced_message": quoted}

    def event(self, bot: User, *, content: bool) -> dict[str, Any]:
        """As the gateway tells it to a session with (`content`) or without the message-content intent."""
        data = self.seen_by(bot, content=content)
        guild = self.channel.guild
        if guild is None:
            return data
        data["guild_id"] = str(guild.id)
        if self.author.id in guild.members:
            data["member"] = guild.members[self.author.id].payload(with_user=False)
        for user in data["mentions"]:
            if int(user["id"]) in guild.members:
                user["member"] = guild.members[int(user["id"])].payload(with_user=False)
        return data

    def seen_by(self, bot: User, *, content: bool) -> dict[str, Any]:
        """The message object, without what only the message-content intent shows."""
        data = self.payload()
        if not (content or self._open_to(bot)):
            _hide(data)
        quoted = data.get("referenced_message")
        if quoted and self.reply_to is not None and not (content or self.reply_to._open_to(bot)):
            _hide(quoted)
        return data

    def _open_to(self, bot: User) -> bool:
        # the documents: own messages, DMs, messages that mention the app. A mention of its role is not named there.
        return self.channel.guild is None or self.author is bot or bot in self.mentions.users


def _hide(data: dict[str, Any]) -> None:
    data |= {"content": "", "embeds": [], "attachments": [], "components": []}
    for snapshot in data.get("message_snapshots", []):
        snapshot["message"] |= {"content": "", "embeds": [], "attachments": [], "components": []}


def _snapshot(message: Message) -> dict[str, Any]:
    kept = ("content", "embeds", "attachments", "components", "timestamp", "edited_timestamp", "flags", "type")
    data = message.payload(nested=True)
    return {key: data[key] for key in (*kept, "mentions", "mention_roles", "sticker_items")}


def mentions_in(text: str, *, guild: Guild | None, users: dict[int, User], allowed: dict[str, Any] | None, crowd: bool) -> Mentions:
    """Whom `text` pings. `allowed`: the request's allowed_mentions, None for Discord's default of everything;
    `crowd`: whether the author may ping everyone. Code does not ping.
    """
    plain = CODE.sub(" ", text)
    rules = {"parse": ["users", "roles", "everyone"]} if allowed is None else allowed
    named = [users[i] for i in map(int, re.findall(r"<@!?(\d+)>", plain)) if i in users and _may(rules, "users", i)]
    known = {} if guild is None else guild.roles
    roles = [known[i] for i in map(int, re.findall(r"<@&(\d+)>", plain)) if i in known and _may(rules, "roles", i)]
    pinged = tuple(dict.fromkeys(r for r in roles if crowd or r.mentionable or r.bot is not None))
    everyone = crowd and "everyone" in rules.get("parse", []) and bool(re.search(r"@(everyone|here)\b", plain))
    return Mentions(tuple(dict.fromkeys(named)), pinged, everyone)


def _may(rules: dict[str, Any], kind: str, snowflake: int) -> bool:
    return kind in rules.get("parse", []) or str(snowflake) in map(str, rules.get(kind) or [])
