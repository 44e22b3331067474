"""What people change or take back of what they said becomes an `Amended`, or nothing."""

from adapters.slack.directory import Directory
from adapters.slack.inbound import addressed_by, id_of
from adapters.slack.markup import people_in, readable, unnamed_channels_in, without_mention
from adapters.slack.payloads import MessageEvent
from adapters.slack.workspace import Workspace
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Amended

CHANGED, DELETED, TOMBSTONE = "message_changed", "message_deleted", "tombstone"


def reports(event: MessageEvent) -> bool:
    """Whether this tells of a message that was said before."""
    return event.get("subtype") in (CHANGED, DELETED)


async def amended_from(event: MessageEvent, *, workspace: Workspace, directory: Directory) -> Amended | None:
    """What became of a message that concerned us when it was said.

    One that did not is none of our business, even if it names us now: nobody would look for an answer under an old message. Nor are
    what Slack itself adds to a message (previews of links), and what we write.
    """
    before = _placed(event.get("previous_message") or {}, event)
    if addressed_by(before, workspace) is None:
        return None
    thread = before.get("thread_ts") or before["ts"]
    key = ConversationKey("slack", workspace.team, event["channel"], thread)
    after = _placed(event.get("message") or {}, event)
    if event.get("subtype") == DELETED or after.get("subtype") == TOMBSTONE:
        return Amended(id_of(before, workspace), key, exclusive=True, text=None, stamp=str(event.get("ts", "")))
    edited, text = after.get("edited"), after.get("text", "")
    if not edited or text == before.get("text", ""):
        return None
    now = await _readable(text, workspace, directory)
    return Amended(id_of(before, workspace), key, exclusive=True, text=now, stamp=edited.get("ts", ""))


def _placed(message: MessageEvent, event: MessageEvent) -> MessageEvent:
    """A message inside an event, with the channel that only the event names."""
    placed: MessageEvent = {**message, "channel": event.get("channel", "")}
    if "channel_type" in event:
        placed["channel_type"] = event["channel_type"]
    return placed


async def _readable(text: str, workspace: Workspace, directory: Directory) -> str:
    names = await directory.names(people=people_in(text) - {workspace.bot_user}, channels=unnamed_channels_in(text))
    names[workspace.bot_user] = workspace.bot_name
    return readable(without_mention(text, bot=workspace.bot_user), names)
