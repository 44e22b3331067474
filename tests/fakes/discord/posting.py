"""What the bot writes: checked as Discord checks it, then a message or a change of one."""

from typing import Any

from tests.fakes.discord import bits
from tests.fakes.discord.core import Core
from tests.fakes.discord.errors import Refused, invalid
from tests.fakes.discord.messages import Message, mentions_in
from tests.fakes.discord.state import Channel, Guild
from tests.fakes.server import Upload

LONGEST = 2000  # documents, "Create Message"
LARGEST, MOST_FILES = 10 * 1024**2, 10  # outside servers; documents, "Uploading Files", "Create Message"
SENDABLE = bits.SUPPRESS_EMBEDS | bits.SILENT | bits.VOICE | bits.COMPONENTS_V2 | bits.EPHEMERAL
EDITABLE = bits.SUPPRESS_EMBEDS


def compose(core: Core, channel: Channel, body: dict[str, Any], files: dict[int, Upload]) -> Message:
    """A new message of the bot, not yet placed. Raises `Refused`."""
    message = Message(core.ids.next(), channel, core.bot, application_id=core.application_id)
    message.flags = (body.get("flags") or 0) & SENDABLE
    message.nonce = body.get("nonce")
    _fill(core, message, body, files)
    if body.get("message_reference"):
        _refer(core, message, body["message_reference"], body.get("allowed_mentions"))
    message.keep_version(body.get("allowed_mentions"))
    return message


def amend(core: Core, message: Message, body: dict[str, Any], files: dict[int, Upload]) -> None:
    """Changes a message of the bot and announces it. Raises `Refused`, then nothing changed."""
    wanted = body.get("flags")
    before = message.flags
    kept = message.flags & ~(EDITABLE if wanted is not None else 0) & ~bits.LOADING
    message.flags = kept | ((wanted or 0) & (EDITABLE | bits.COMPONENTS_V2))  # V2 comes by an edit, never goes
    try:
        _fill(core, message, body, files)
    except Refused:
        message.flags = before
        raise
    core.revise(message, body.get("allowed_mentions"))


def _fill(core: Core, message: Message, body: dict[str, Any], files: dict[int, Upload]) -> None:
    content = message.content if "content" not in body else body["content"] or ""
    if len(content) > LONGEST:
        raise invalid("content", "BASE_TYPE_MAX_LENGTH", f"Must be {LONGEST} or fewer in length.")
    new = {name: message_value(message, body, name) for name in ("embeds", "components")}
    _check_buttons(new["components"])
    _check_files(files, message.channel.guild)
    kept = message.attachments
    if body.get("attachments") is not None:
        listed = {str(a["id"]) for a in body["attachments"]}
        kept = [a for a in message.attachments if a["id"] in listed]
    if not (content or kept or files or any(new.values()) or body.get("poll") or body.get("sticker_ids")):
        raise Refused(50006)
    message.content, message.embeds, message.components = content, new["embeds"], new["components"]
    message.attachments = [*kept, *(core.store(upload) for upload in files.values())]
    guild, allowed = message.channel.guild, body.get("allowed_mentions")
    message.mentions = mentions_in(content, guild=guild, users=core.users, allowed=allowed, crowd=True)


def _check_buttons(components: list[dict[str, Any]]) -> None:
    """What Discord's description cannot say; rows and lengths are judged by it."""
    ids = [button["custom_id"] for row in components for button in row.get("components", []) if "custom_id" in button]
    if len(set(ids)) < len(ids):
        raise invalid("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")


def _check_files(files: dict[int, Upload], guild: Guild | None) -> None:
    largest = LARGEST if guild is None else guild.file_limit
    if any(len(upload.data) > largest for upload in files.values()):
        raise Refused(40005)
    if len(files) > MOST_FILES:
        raise Refused(50035)


def message_value(message: Message, body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The new list, or the old one where the request does not speak of it."""
    old: list[dict[str, Any]] = getattr(message, name)
    return (body[name] or []) if name in body else old


def _refer(core: Core, message: Message, reference: dict[str, Any], allowed: dict[str, Any] | None) -> None:
    wanted = int(reference["message_id"])
    origin = next((m for m in core.messages(message.channel) if m.id == wanted), None)
    if message.channel.lacks & bits.READ_HISTORY:
        raise Refused(160002)
    if origin is None:
        if reference.get("fail_if_not_exists", True):
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    message.reply_to, message.type = origin, bits.REPLY
    if allowed is None or allowed.get("replied_user"):
        users = dict.fromkeys((*message.mentions.users, origin.author))
        message.mentions = message.mentions._replace(users=tuple(users))
