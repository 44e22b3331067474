"""The parts of Slack's payloads that we read.

Sources: the samples in bolt-python's own tests (tests/scenario_tests_async/test_events.py, test_message_changed.py,
tests/slack_bolt/request/test_internals.py for shared channels, test_slash_command.py, test_view_submission.py) and the pages
docs.slack.dev/reference/events/{app_mention,message,message.im}, docs.slack.dev/reference/objects/file-object and
docs.slack.dev/interactivity/implementing-slash-commands. Forwarded messages (`is_msg_unfurl`, `is_share`) are not in the
documents; their fields are those that clients in the field read.

Every field may be missing: these come from outside.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

Json = dict[str, Any]  # foreign data
JsonView = Mapping[str, Any]


class File(TypedDict, total=False):
    """A file object inside a message."""

    id: str
    name: str
    mimetype: str
    size: int
    url_private: str


class Shared(TypedDict, total=False):
    """An attachment; with `is_msg_unfurl` or `is_share` it is a message that was forwarded or quoted by its link."""

    is_msg_unfurl: bool
    is_share: bool
    author_id: str
    author_name: str
    text: str
    fallback: str


class Edited(TypedDict, total=False):
    """Who changed a message last, and when."""

    user: str
    ts: str


class MessageEvent(TypedDict, total=False):
    """`event` of an app_mention or message. An app_mention has no `channel_type`; `team` is the author's workspace.

    With subtype message_changed or message_deleted, `message` and `previous_message` are messages that name no channel. Of a message
    that has replies Slack says message_changed even when it was deleted: then `message` is of subtype tombstone, as clients in the
    field read it (openclaw pull request 22035, slack-edge pull request 10).
    """

    type: str
    subtype: str
    hidden: bool
    user: str
    bot_id: str
    team: str
    user_team: str
    text: str
    ts: str
    thread_ts: str
    channel: str
    channel_type: str
    files: list[File]
    attachments: list[Shared]
    edited: Edited
    message: "MessageEvent"
    previous_message: "MessageEvent"
    deleted_ts: str


class SlashCommand(TypedDict, total=False):
    """What arrives when somebody writes /parley. `text` is what follows the command."""

    command: str
    text: str
    team_id: str
    user_id: str
    channel_id: str
    channel_name: str
    trigger_id: str
    response_url: str
