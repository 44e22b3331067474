"""Tells the bot what happened in a channel: events as Slack words them.

Shapes: bolt-python tests/scenario_tests_async (test_message_changed, test_message_deleted, test_message_file_share,
test_events_agent) and, for Slack Connect, tests/slack_bolt/request/test_internals.py.
"""

import time
from collections.abc import Callable

from tests.fakes.slack.records import Delivery
from tests.fakes.slack.shapes import message_object
from tests.fakes.slack.workspace import Channel, Json, Message, Team
from tests.fakes.slack.world import World

Send = Callable[[Delivery], None]


class Herald:
    """`send` hands a delivery over to the transport and returns at once."""

    def __init__(self, world: World, send: Send) -> None:
        self._world = world
        self._send = send

    def posted(self, message: Message) -> list[Delivery]:
        """A new message: `message`, and before it `app_mention` where the bot is mentioned outside a DM."""
        channel = self._world.channels[message.channel]
        team = self._world.host(channel)
        if team is None:
            return []
        event = self._message_event(channel, message)
        told = []
        if f"<@{team.bot_user}>" in message.text or f"<@{team.bot_user}|" in message.text:
            told += self._mention(team, channel, message, event)
        return [*told, self.happens(team, event, channel=channel, actor_team=self._team_of(message))]

    def edited(self, message: Message, before: Json) -> list[Delivery]:
        """`message_changed`: comes for people's edits and for our own chat.update alike."""
        return self._hidden(message, "message_changed", {"message": self._nested(message), "previous_message": before})

    def removed(self, message: Message, before: Json) -> list[Delivery]:
        """`message_deleted`."""
        return self._hidden(message, "message_deleted", {"deleted_ts": message.ts, "previous_message": before})

    def buried(self, message: Message, before: Json) -> list[Delivery]:
        """`message_changed` of a deleted message that has replies; as recorded in 42wim/matterbridge issue 600."""
        stone = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": True}
        stone |= {"ts": message.ts, "thread_ts": message.ts, "parent_user_id": "USLACKBOT"}
        return self._hidden(message, "message_changed", {"message": stone, "previous_message": before})

    def before(self, message: Message) -> Json:
        """The message as it stands, to be handed to `edited` or `removed` after the change."""
        return self._nested(message)

    def happens(self, team: Team, event: Json, *, channel: Channel | None = None, actor_team: str | None = None) -> Delivery:
        """Any event, in its envelope, to our installation in `team`."""
        delivery = Delivery("events_api", self._envelope(team, event, channel, actor_team or team.id))
        self._send(delivery)
        return delivery

    def _nested(self, message: Message) -> Json:
        return message_object(self._world, message)

    def _team_of(self, message: Message) -> str | None:
        return self._world.users[message.user].team if message.user else None

    def _message_event(self, channel: Channel, message: Message) -> Json:
        event = self._nested(message)
        if message.bot_id is None:
            event["client_msg_id"] = f"client-{message.ts}"
        if message.files:
            event |= {"upload": False, "display_as_bot": False}
        return event | {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.type}

    def _mention(self, team: Team, channel: Channel, message: Message, event: Json) -> list[Delivery]:
        """Of a Slack Connect stranger, app_mention says `team` for our team and `user_team` for theirs."""
        if channel.kind == "im" or message.bot_id == team.bot_id:
            return []
        skipped = {"channel_type", "subtype", "upload", "display_as_bot"}
        mention = {key: value for key, value in event.items() if key not in skipped}
        home = self._team_of(message)
        if home not in (None, team.id):
            mention |= {"team": team.id, "user_team": home, "source_team": home, "user_profile": {"team": home}}
        return [self.happens(team, mention | {"type": "app_mention"}, channel=channel)]

    def _hidden(self, message: Message, subtype: str, more: Json) -> list[Delivery]:
        channel = self._world.channels[message.channel]
        team = self._world.host(channel)
        if team is None:
            return []
        ts = self._world.numbers.ts()
        event: Json = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id, "ts": ts}
        event |= {"event_ts": ts, "channel_type": channel.type, **more}
        return [self.happens(team, event, channel=channel, actor_team=self._team_of(message))]

    def _envelope(self, team: Team, event: Json, channel: Channel | None, actor_team: str) -> Json:
        shared = channel is not None and bool(channel.shared_with)
        where = f"{event['type']}-{team.id}-{channel.id if channel else ''}"
        authorization = {"team_id": team.id, "user_id": team.bot_user, "is_bot": True}
        return {
            "token": "verification-token",
            "team_id": actor_team,
            "context_team_id": team.id,
            "context_enterprise_id": None,
            "api_app_id": self._world.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._world.numbers.id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [{"enterprise_id": None, "is_enterprise_install": False, **authorization}],
            "is_ext_shared_channel": shared,
            "event_context": f"4-{where}",
        }
