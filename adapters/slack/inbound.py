"""An event of Slack's becomes an `Inbound`, or nothing."""

import asyncio
from collections.abc import Mapping

from adapters.slack.directory import Directory, is_direct
from adapters.slack.markup import addresses_others, people_in, readable, unescaped, unnamed_channels_in, without_mention
from adapters.slack.payloads import File, MessageEvent, Shared
from adapters.slack.workspace import Workspace
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Addressed, Attachment, Inbound, Quoted
from bot.vocabulary.reply import ReplyAddress

SAID_BY_PEOPLE = frozenset({"", "file_share", "thread_broadcast"})
"""Subtypes of what a person says. All others report an edit, a deletion, a join and so on."""


async def inbound_from(event: MessageEvent, *, workspace: Workspace, directory: Directory) -> Inbound | None:
    """What a person said to us, or None when it is not for us.

    A mention arrives as app_mention and as message, in either order. Both give the same id, and the same addressing,
    because that is decided from the text and never from the type of the event.
    """
    addressed = addressed_by(event, workspace)
    if addressed is None:
        return None
    text, channel, thread = event.get("text", ""), event["channel"], event.get("thread_ts") or event["ts"]
    shared = _shared(event)
    everything = text + (_text_of(shared) if shared else "")
    author, names, place = await asyncio.gather(
        directory.author(event["user"], home=_home(event)),
        directory.names(people=people_in(everything) - {workspace.bot_user}, channels=unnamed_channels_in(everything)),
        directory.place(channel),
    )
    names[workspace.bot_user] = workspace.bot_name
    return Inbound(
        id=id_of(event, workspace),
        conversation=ConversationKey("slack", workspace.team, channel, thread),
        author=author,
        text=readable(without_mention(text, bot=workspace.bot_user), names),
        addressed=addressed,
        address=_address(event, workspace, thread=thread),
        sent_at=float(event["ts"]),
        exclusive=True,
        quoted=_quoted(shared, workspace, names=names) if shared else None,
        attachments=tuple(_attachment(file) for file in event.get("files") or ()),
        mentions_others=addresses_others(text, bot=workspace.bot_user),
        opens=thread == event["ts"],
        place=place,
    )


def addressed_by(event: MessageEvent, workspace: Workspace) -> Addressed | None:
    """How what a person said concerns us; None for what is none of our business, such as what machines say."""
    return _addressed(event, workspace) if said_by_a_person(event, workspace) else None


def id_of(event: MessageEvent, workspace: Workspace) -> str:
    """The message's, whatever is told of it."""
    return f"{workspace.team}:{event['channel']}:{event['ts']}"


def said_by_a_person(event: MessageEvent, workspace: Workspace) -> bool:
    """Whether this is something that somebody wrote: not we, nor another machine, nor Slack itself."""
    ours = event.get("user") in (None, "", workspace.bot_user)
    machine = bool(event.get("bot_id")) or event.get("user") == "USLACKBOT"
    system = bool(event.get("hidden")) or event.get("subtype", "") not in SAID_BY_PEOPLE
    return not (ours or machine or system) and bool(event.get("channel")) and bool(event.get("ts"))


def _addressed(event: MessageEvent, workspace: Workspace) -> Addressed | None:
    if event.get("channel_type") == "im" or is_direct(event["channel"]):
        return Addressed.DIRECT
    if workspace.bot_user in people_in(event.get("text", "")):
        return Addressed.MENTION
    in_thread = event.get("thread_ts", event["ts"]) != event["ts"]
    return Addressed.AMBIENT if in_thread else None


def _address(event: MessageEvent, workspace: Workspace, *, thread: str) -> ReplyAddress:
    """Always the thread: under a message in a channel, and in a DM too, where each message begins a conversation (agent view)."""
    user_team = _home(event) or workspace.team
    data = {"team": workspace.team, "channel": event["channel"], "thread": thread, "ts": event["ts"]}
    return ReplyAddress("slack", data | {"user": event["user"], "user_team": user_team})


def _home(event: MessageEvent) -> str:
    """The author's own workspace, as far as the event tells."""
    return event.get("user_team") or event.get("team") or ""


def _shared(event: MessageEvent) -> Shared | None:
    """The message that was forwarded or quoted along with this one."""
    return next((a for a in event.get("attachments") or () if a.get("is_msg_unfurl") or a.get("is_share")), None)


def _text_of(shared: Shared) -> str:
    return shared.get("text") or shared.get("fallback") or ""


def _quoted(shared: Shared, workspace: Workspace, *, names: Mapping[str, str]) -> Quoted:
    author = shared.get("author_id", "")
    ours = bool(author) and author in (workspace.bot_user, workspace.bot_id)
    return Quoted(unescaped(shared.get("author_name") or author), readable(_text_of(shared), names), ours=ours)


def _attachment(file: File) -> Attachment:
    return Attachment(
        file.get("id", ""), file.get("name", ""), file.get("mimetype", ""), int(file.get("size") or 0), file.get("url_private", "")
    )
