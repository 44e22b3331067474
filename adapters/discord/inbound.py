"""A Discord message as the engine takes it in, or nothing."""

from collections.abc import Collection

import discord

from adapters.discord.places import PLATFORM, Whereabouts, author_of, whereabouts
from adapters.discord.readable import Names, Own, readable
from bot.vocabulary.inbound import Addressed, Amended, Attachment, Inbound, Quoted
from bot.vocabulary.reply import ReplyAddress

SPOKEN = (discord.MessageType.default, discord.MessageType.reply)
FORWARDED = "somebody (forwarded)"
"""Discord does not tell who wrote a forwarded message."""


def inbound_from(message: discord.Message, me: discord.abc.User, *, operators: Collection[str] = ()) -> Inbound | None:
    """None for what is not for us: own messages, other bots, webhooks, system messages, talk in open channels.

    A thread's message without text, files or quote is nothing either: without the message-content intent all of them look so.
    """
    if message.author.bot or message.webhook_id is not None or message.type not in SPOKEN:
        return None
    where = _where(message)
    addressed = _addressed(message, me, where)
    if addressed is None:
        return None
    text = _text(message, me)
    quoted, attachments = _quoted(message, me), _attachments(message)
    if quoted and quoted.ours and not text:  # words of our own ask nothing: what was written under them was kept from us
        quoted = None
    if addressed is Addressed.AMBIENT and not (text or quoted or attachments):
        return None
    return Inbound(
        id=str(message.id),
        conversation=where.conversation,
        author=author_of(message.author, _permissions(message), operators=operators),
        text=text,
        addressed=addressed,
        address=_address(message),
        sent_at=message.created_at.timestamp(),
        exclusive=where.exclusive,
        quoted=quoted,
        attachments=attachments,
        mentions_others=_mentions_others(message, me),
        place=where.place,
    )


def amended_from(message: discord.Message, me: discord.abc.User, *, everything: bool) -> Amended | None:
    """A person's message as it reads after an edit; None for what is no such thing: other updates, and messages that are not for us.

    `everything`: we have the message-content intent. Without it no text is not an empty text, unless Discord shows it to us: in DMs,
    and where we are mentioned (documents, "Message Content Intent").
    """
    if message.edited_at is None or message.author.bot or message.webhook_id is not None or message.type not in SPOKEN:
        return None
    where = _where(message)
    shown = everything or where.direct or any(user.id == me.id for user in message.mentions)
    if not message.content and not shown:
        return None
    stamp = str(round(message.edited_at.timestamp() * 1000))
    return Amended(str(message.id), where.conversation, where.exclusive, _text(message, me), stamp)


def names_for(message: discord.Message, me: discord.abc.User) -> Names:
    """What the ids in a message are called: from what Discord sent along, then from what we know of the server."""
    guild = message.guild
    known = {user.id: user.display_name for user in (me, message.author, *message.mentions)}

    def user(snowflake: int) -> str | None:
        member = guild.get_member(snowflake) if guild is not None and snowflake not in known else None
        return member.display_name if member is not None else known.get(snowflake)

    def role(snowflake: int) -> str | None:
        found = guild.get_role(snowflake) if guild is not None else None
        return found.name if found is not None else None

    def channel(snowflake: int) -> str | None:
        found = guild.get_channel_or_thread(snowflake) if guild is not None else None
        return found.name if found is not None else None

    return Names(user, role, channel)


def guild_id_of(message: discord.Message) -> int | None:
    """The server's id, also where we do not know the server yet; None in DMs."""
    if message.guild is not None:
        return message.guild.id
    return message.channel.guild_id if isinstance(message.channel, discord.PartialMessageable) else None


def _text(message: discord.Message, me: discord.abc.User) -> str:
    return readable(message.content, names_for(message, me), drop=Own({me.id}, _own_roles(message, me)))


def _permissions(message: discord.Message) -> discord.Permissions | None:
    """None in DMs, and on a server whose roles have not come yet."""
    if not isinstance(message.author, discord.Member) or message.guild is None or message.guild.unavailable:
        return None
    return message.author.guild_permissions


def _where(message: discord.Message) -> Whereabouts:
    channel = message.channel
    return whereabouts(channel, channel_id=channel.id, guild=message.guild, guild_id=guild_id_of(message), user_id=message.author.id)


def _addressed(message: discord.Message, me: discord.abc.User, where: Whereabouts) -> Addressed | None:
    if where.direct:
        return Addressed.DIRECT
    target = _replied_to(message)
    if target is not None and target.author.id == me.id:
        return Addressed.REPLY
    if any(user.id == me.id for user in message.mentions) or _own_roles(message, me):
        return Addressed.MENTION
    return Addressed.AMBIENT if isinstance(message.channel, discord.Thread) else None


def _own_roles(message: discord.Message, me: discord.abc.User) -> set[int]:
    """Mentioned roles that Discord made for this bot alone: people take them for the bot itself."""
    return {role.id for role in message.role_mentions if role.tags is not None and role.tags.bot_id == me.id}


def _replied_to(message: discord.Message) -> discord.Message | None:
    resolved = message.reference.resolved if message.reference is not None else None
    return resolved if isinstance(resolved, discord.Message) else None


def _mentions_others(message: discord.Message, me: discord.abc.User) -> bool:
    ourselves = {me.id, message.author.id}
    target = _replied_to(message)
    users = [*message.mentions, *([target.author] if target is not None else [])]
    roles = {role.id for role in message.role_mentions} - _own_roles(message, me)
    return message.mention_everyone or bool(roles) or any(user.id not in ourselves for user in users)


def _quoted(message: discord.Message, me: discord.abc.User) -> Quoted | None:
    """None also where the quoted text is kept from us, as that of others is without the message-content intent."""
    quoted = _origin(message, me)
    return quoted if quoted and quoted.text else None


def _origin(message: discord.Message, me: discord.abc.User) -> Quoted | None:
    if message.message_snapshots:
        names = names_for(message, me)
        texts = [readable(snapshot.content, names) for snapshot in message.message_snapshots]
        return Quoted(FORWARDED, "\n\n".join(filter(None, texts)))
    target = _replied_to(message)
    if target is None:
        return None
    return Quoted(target.author.display_name, readable(target.content, names_for(target, me)), ours=target.author.id == me.id)


def _attachments(message: discord.Message) -> tuple[Attachment, ...]:
    files = [*message.attachments, *(file for snapshot in message.message_snapshots for file in snapshot.attachments)]
    return tuple(Attachment(str(file.id), file.filename, file.content_type or "", file.size, file.url) for file in files)


def _address(message: discord.Message) -> ReplyAddress:
    guild = guild_id_of(message)
    return ReplyAddress(PLATFORM, {"channel": str(message.channel.id), "message": str(message.id), "guild": str(guild or "")})
