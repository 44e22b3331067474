"""Events as Slack sends them, shortened to what matters, each with its source. T0ACME installed us, UPARLEY is our bot."""

from typing import Any

Json = dict[str, Any]

# docs.slack.dev/reference/events/app_mention, "Example standard app_mention event"
APP_MENTION: Json = {
    "type": "app_mention",
    "user": "U061F7AUR",
    "text": "<@UPARLEY> is it everything a river should be?",
    "ts": "1515449522.000016",
    "channel": "C123ABC456",
    "event_ts": "1515449522000016",
}

# bolt-python tests/scenario_tests_async/test_events.py, message_event
MESSAGE: Json = {
    "client_msg_id": "a8744611-0210-4f85-9f15-5faf7fb225c8",
    "type": "message",
    "text": "<@UPARLEY> is it everything a river should be?",
    "user": "U061F7AUR",
    "ts": "1515449522.000016",
    "team": "T0ACME",
    "channel": "C123ABC456",
    "event_ts": "1515449522.000016",
    "channel_type": "channel",
}

# docs.slack.dev/reference/events/message.im
DIRECT: Json = {
    "type": "message",
    "channel": "D024BE91L",
    "user": "U2147483697",
    "text": "Hello hello can you hear me?",
    "ts": "1355517523.000005",
    "event_ts": "1355517523.000005",
    "channel_type": "im",
}

# docs.slack.dev/reference/events/message/thread_broadcast
BROADCAST: Json = MESSAGE | {"subtype": "thread_broadcast", "thread_ts": "1515449000.000001", "root": {"ts": "1515449000.000001"}}

# docs.slack.dev/reference/events/message/file_share; file object: docs.slack.dev/reference/objects/file-object
FILE_SHARE: Json = DIRECT | {
    "subtype": "file_share",
    "text": "",
    "files": [
        {"id": "F2147483862", "name": "dramacat.gif", "mimetype": "image/gif", "size": 43518, "url_private": "https://files.slack.com/x"}
    ],
    "upload": True,
}

# docs.slack.dev/reference/events/message/message_changed
CHANGED: Json = {
    "type": "message",
    "subtype": "message_changed",
    "hidden": True,
    "channel": "C123ABC456",
    "ts": "1358878755.000001",
    "message": {"type": "message", "user": "U123ABC456", "text": "<@UPARLEY> hello", "ts": "1355517523.000005"},
}

# docs.slack.dev/reference/events/message/message_deleted
DELETED: Json = {
    "type": "message",
    "subtype": "message_deleted",
    "hidden": True,
    "channel": "C123ABC456",
    "ts": "1358878755.000001",
    "deleted_ts": "1358878749.000002",
}

# docs.slack.dev/reference/events/message/channel_join
JOINED: Json = {
    "type": "message",
    "subtype": "channel_join",
    "ts": "1358877458.000011",
    "user": "U123ABC456",
    "text": "<@U123ABC456> has joined the channel of <@UPARLEY>",
    "channel": "C123ABC456",
}

# docs.slack.dev/reference/events/message/bot_message
BOT: Json = {
    "type": "message",
    "subtype": "bot_message",
    "ts": "1358877455.000010",
    "text": "Pushing is the answer, <@UPARLEY>",
    "bot_id": "BB12033",
    "username": "github",
    "icons": {},
    "channel": "C123ABC456",
}

# bolt-python tests/slack_bolt/request/test_internals.py: an event of a Slack Connect channel, its author from elsewhere
STRANGER: Json = APP_MENTION | {"team": "T0ACME", "user_team": "T0FAR", "source_team": "T0FAR", "user": "UFAR", "channel": "C0SHARED"}
