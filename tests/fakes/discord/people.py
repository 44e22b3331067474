"""What people do: found servers and channels, write, edit, delete, react."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.discord import bits
from tests.fakes.discord.core import Core
from tests.fakes.discord.gateway import Session
from tests.fakes.discord.messages import Message, mentions_in
from tests.fakes.discord.state import Channel, Guild, Member, Role, User
from tests.fakes.server import Upload


class People(Core):
    """The server with its inhabitants."""

    def add_guild(self, name: str = "Guild", *, snowflake: int = 0) -> Guild:
        """A server with the bot, the bot's managed role and an owner in it. `snowflake`: its id, which decides the shard."""
        snowflake = snowflake or self.ids.next()
        everyone = Role(snowflake, "@everyone", bits.EVERYBODY)
        own = Role(self.ids.next(), self.bot.name, bits.EVERYBODY, bot=self.bot.id)
        guild = Guild(snowflake, name, self.owner.id, own, {everyone.id: everyone, own.id: own})
        guild.members = {self.owner.id: Member(self.owner, []), self.bot.id: Member(self.bot, [own.id])}
        self.guilds[guild.id] = guild
        self._tell_joined(guild)
        return guild

    def _tell_joined(self, guild: Guild) -> None:
        def make(session: Session) -> dict[str, Any]:
            return self.describe(guild, session)

        self.gateway.dispatch("GUILD_CREATE", make, guild=guild, intent=bits.GUILDS)

    def outage_ends(self, guild: Guild) -> None:
        """A server that was `gateway.down` is there again."""
        self.gateway.down.discard(guild.id)
        self.gateway.dispatch("GUILD_CREATE", lambda session: self.describe(guild, session) | {"unavailable": False}, guild=guild)

    def add_role(self, guild: Guild, name: str, *, permissions: int = 0, mentionable: bool = False) -> Role:
        """A role of a server."""
        role = Role(self.ids.next(), name, permissions, mentionable)
        guild.roles[role.id] = role
        self.tell_guild("GUILD_ROLE_CREATE", guild, {"guild_id": str(guild.id), "role": role.payload()})
        return role

    def add_channel(self, name: str, *, guild: Guild | None = None, denied: int = 0, topic: str | None = None) -> Channel:
        """A text channel; in the first server unless told. `denied`: permission bits that the bot lacks."""
        home = guild or next(iter(self.guilds.values()))
        channel = Channel(self.ids.next(), name, guild=home, denied=denied, topic=topic)
        self.channels[channel.id] = channel
        self.tell_guild("CHANNEL_CREATE", home, channel.payload(self.bot.id))
        return channel

    def add_thread(self, parent: Channel, name: str = "thread", *, message: Message | None = None, owner: User | None = None) -> Channel:
        """A public thread; one on a message has the message's id."""
        assert parent.guild is not None
        snowflake = message.id if message is not None else self.ids.next()
        starter = (owner or self.owner).id
        thread = Channel(snowflake, name, bits.PUBLIC_THREAD, parent.guild, parent, starter, topic=None)
        self.channels[thread.id] = thread
        self.tell_guild("THREAD_CREATE", parent.guild, thread.payload(self.bot.id) | {"newly_created": True})
        return thread

    def add_user(
        self,
        name: str,
        *,
        guild: Guild | None = None,
        roles: Sequence[Role] = (),
        permissions: int = 0,
        display: str | None = None,
        nick: str | None = None,
        bot: bool = False,
    ) -> User:
        """Somebody in `guild` (the first server unless told; nowhere while there is none), with further permissions."""
        user = User(self.ids.next(), name, display, bot=bot)
        self.users[user.id] = user
        home = guild or next(iter(self.guilds.values()), None)
        if home is not None:
            self.join(user, home, roles=roles, permissions=permissions, nick=nick)
        return user

    def add_webhook(self, name: str) -> User:
        """An author without an account."""
        user = User(self.ids.next(), name, bot=True, webhook=True)
        self.users[user.id] = user
        return user

    def join(self, user: User, guild: Guild, *, roles: Sequence[Role] = (), permissions: int = 0, nick: str | None = None) -> None:
        """Makes a user a member."""
        own = [self.add_role(guild, f"{user.name}'s", permissions=permissions)] if permissions else []
        member = Member(user, [r.id for r in (*roles, *own)], nick)
        guild.members[user.id] = member
        self.tell_guild("GUILD_MEMBER_ADD", guild, member.payload() | {"guild_id": str(guild.id)}, intent=bits.GUILD_MEMBERS)

    async def user_says(
        self,
        channel: Channel,
        user: User,
        text: str = "",
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        forwards: Message | None = None,
        attachments: Sequence[Upload] = (),
        stickers: Sequence[str] = (),
        type: int = bits.PLAIN,
        flags: int = 0,
    ) -> Message:
        """Posts as `user`. Mentions are read from the text; a reply pings its author unless `ping` is off.

        `stickers`: their names; `type`: of system messages (7: joined, 6: pinned); `flags`: 8192 for a voice message.
        """
        message = Message(self.ids.next(), channel, user, text, bits.REPLY if reply_to else type, flags)
        message.reply_to, message.forwards = reply_to, forwards
        message.attachments = [self.store(upload) for upload in attachments]
        message.stickers = [{"id": str(self.ids.next()), "name": n, "format_type": 1} for n in stickers]
        self._read_mentions(message)
        if reply_to is not None and ping:
            users = dict.fromkeys((*message.mentions.users, reply_to.author))
            message.mentions = message.mentions._replace(users=tuple(users))
        message.keep_version(None)
        self.place(message)
        return message

    async def dm(self, user: User, text: str = "", **more: Any) -> Message:
        """Writes to the bot directly; `more` as in `user_says`."""
        return await self.user_says(self.dm_with(user), user, text, **more)

    async def edit_message(self, message: Message, text: str) -> None:
        """The author changes a message."""
        message.content = text
        self._read_mentions(message)
        self.revise(message, None)

    async def delete_message(self, message: Message) -> None:
        """Somebody deletes a message."""
        self.remove(message)

    async def delete_many(self, messages: Sequence[Message]) -> None:
        """A moderator deletes several messages of one channel of a server at once: one event for all (documents, "Message Delete Bulk")."""
        channel = messages[0].channel
        for message in messages:
            message.deleted = True
        self.tell_channel("MESSAGE_DELETE_BULK", channel, {"ids": [str(m.id) for m in messages], "channel_id": str(channel.id)})

    async def unfold(self, message: Message) -> None:
        """Discord adds a preview to a message: an update that is no edit."""
        message.embeds = [{"type": "link", "url": "https://example.org", "title": "Example"}]
        self.announce("MESSAGE_UPDATE", message)

    async def react(self, user: User, message: Message, emoji: str) -> None:
        """Somebody adds a reaction."""
        message.reactions.setdefault(emoji, set()).add(user.id)
        data: dict[str, Any] = {"user_id": str(user.id), "channel_id": str(message.channel.id)}
        data |= {"message_id": str(message.id), "message_author_id": str(message.author.id), "burst": False, "type": 0}
        guild = message.channel.guild
        if guild is not None:
            data["member"] = guild.members[user.id].payload()
        data["emoji"] = {"id": None, "name": emoji}
        self.tell_channel("MESSAGE_REACTION_ADD", message.channel, data, reaction=True)

    async def redeliver(self, message: Message) -> None:
        """Tells the same MESSAGE_CREATE once more."""
        self.announce("MESSAGE_CREATE", message)

    async def drop_gateway(self, code: int = 4000, *, shard: int | None = None) -> None:
        """Closes every websocket, or those of one shard, with `code` (0: cuts the line); sessions can be resumed."""
        await self.gateway.drop(code, shard=shard)

    def forget_session(self) -> None:
        """No present session can be resumed any more: a RESUME gets opcode 9."""
        for session in self.gateway.sessions.values():
            session.resumable = False

    def _read_mentions(self, message: Message) -> None:
        guild = message.channel.guild
        crowd = guild is not None and bool(guild.permissions_of(message.author) & bits.MENTION_EVERYONE)
        message.mentions = mentions_in(message.content, guild=guild, users=self.users, allowed=None, crowd=crowd)
