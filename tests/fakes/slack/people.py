"""What people do in Slack. A base of SlackServer: `world`, `herald`, `responses` and `post` are its parts."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.fakes.slack import interactions
from tests.fakes.slack.herald import Herald
from tests.fakes.slack.records import Delivery, Modal, Trigger
from tests.fakes.slack.response_urls import ResponseUrls
from tests.fakes.slack.shapes import message_object, view_object
from tests.fakes.slack.workspace import Channel, Json, Message, Team, User
from tests.fakes.slack.world import World


class People:
    """Each method returns when the bot has acknowledged, refused or let pass the time for the first attempt of each
    payload; redeliveries go on behind it. Texts are what Slack stores: `<@U1>`, `&lt;`, `<https://x|label>`."""

    world: World
    herald: Herald
    responses: ResponseUrls

    def base_url(self) -> str:
        """Where this server's response_urls begin."""
        raise NotImplementedError

    def send(self, delivery: Delivery) -> None:
        """Hands over to the transport and returns at once."""
        raise NotImplementedError

    async def says(self, user: User, channel: Channel, text: str, thread_ts: str | None = None, files: Iterable[Json] = ()) -> Message:
        """Somebody writes. A mention in a channel comes as app_mention and as message, a DM as message only."""
        if user.id not in channel.members:
            raise ValueError(f"{user.name} is not in {channel.name}")
        attached = list(files)
        message = Message(channel.id, self.world.numbers.ts(), user.id, text, thread_ts, user.bot_id, files=attached)
        message.subtype = "file_share" if attached else None
        await _first(self.herald.posted(self.world.post(message)))
        return message

    async def integration_says(self, channel: Channel, text: str, thread_ts: str | None = None) -> Message:
        """An incoming webhook writes: subtype bot_message, a bot_id and no user."""
        message = Message(channel.id, self.world.numbers.ts(), "", text, thread_ts, bot_id="B0WEBHOOK")
        message.subtype = "bot_message"
        await _first(self.herald.posted(self.world.post(message)))
        return message

    async def edits(self, message: Message, text: str) -> None:
        """The author changes a message."""
        before = self.herald.before(message)
        message.edited_ts = self.world.numbers.ts()
        message.show(text)
        await _first(self.herald.edited(message, before))

    async def deletes(self, message: Message) -> None:
        """The author deletes a message. Where it has replies a stone remains in its place."""
        before = self.herald.before(message)
        message.deleted = True
        await _first(self.herald.buried(message, before) if before.get("reply_count") else self.herald.removed(message, before))

    async def happens(self, team: Team, event: Json, channel: Channel | None = None) -> Delivery:
        """Any other event, such as app_home_opened or agent_session_stopped."""
        delivery = self.herald.happens(team, event, channel=channel)
        await _first([delivery])
        return delivery

    async def opens_home(self, user: User, tab: str = "messages") -> Delivery:
        """Somebody opens the app (docs.slack.dev/reference/events/app_home_opened)."""
        team = self.world.teams[user.team]
        dm = self.world.dm(user, team)
        event = {"type": "app_home_opened", "user": user.id, "channel": dm.id, "tab": tab}
        return await self.happens(team, event | {"event_ts": self.world.numbers.ts()}, dm)

    async def slash(self, user: User, channel: Channel, command: str, text: str = "") -> Delivery:
        """Somebody gives a command. The body has its trigger_id and response_url; an answer in the acknowledgement is
        shown as Slack shows it. Raises ValueError for people of a team without our app: they see no such command."""
        if self.world.teams[user.team].bot_token is None:
            raise ValueError(f"there is no {command} in {user.name}'s workspace")
        address = self.responses.issue(self.base_url(), user=user.id, channel=channel.id)
        body = interactions.command_body(
            self.world,
            user,
            channel,
            command=command,
            text=text,
            trigger_id=self._trigger(user),
            response_url=address.url,
        )
        delivery = await self._interact(Delivery("slash_commands", body))
        if delivery.answer.get("text") or delivery.answer.get("blocks"):
            self.responses.say(user.id, channel.id, delivery.answer, via="ack")
            self.world.changed()
        return delivery

    async def action(self, user: User, message: Message, action_id: str, value: str | None = None) -> Delivery:
        """Somebody presses a button or chooses an option (`value`) in a message. Raises LookupError without such."""
        address = self.responses.issue(self.base_url(), user=user.id, channel=message.channel, message_ts=message.ts)
        body = interactions.interaction(self.world, user, kind="block_actions", trigger_id=self._trigger(user))
        body |= interactions.press(self.world, message, action_id=action_id, value=value)
        return await self._interact(Delivery("interactive", body | {"response_url": address.url}))

    async def shortcut(self, user: User, callback_id: str, message: Message | None = None) -> Delivery:
        """A global shortcut, or with `message` one from that message's menu."""
        kind = "message_action" if message else "shortcut"
        body = interactions.interaction(self.world, user, kind=kind, trigger_id=self._trigger(user))
        body |= {"callback_id": callback_id, "action_ts": self.world.numbers.ts()}
        if message is not None:
            channel = self.world.channels[message.channel]
            address = self.responses.issue(self.base_url(), user=user.id, channel=channel.id, message_ts=message.ts)
            body |= {"channel": {"id": channel.id, "name": channel.name}, "message_ts": message.ts}
            body |= {"message": message_object(self.world, message), "response_url": address.url}
        return await self._interact(Delivery("interactive", body))

    async def submit_view(self, user: User, modal: Modal, values: Mapping[str, Any]) -> Delivery:
        """Somebody sends a form. `values` by action_id; errors keep the form open, anything else changes or closes it."""
        if modal.closed or user.id != modal.user:
            raise ValueError("only who has the form open can send it")
        body = interactions.interaction(self.world, user, kind="view_submission", trigger_id=self._trigger(user))
        body |= {"view": interactions.submission(self.world, modal, values), "response_urls": []}
        delivery = await self._interact(Delivery("interactive", body))
        if delivery.acknowledged:
            self._after_submission(modal, delivery.answer)
        return delivery

    async def close_view(self, user: User, modal: Modal) -> Delivery | None:
        """Somebody dismisses a form; the bot hears of it only where it asked (notify_on_close)."""
        modal.closed = True
        if not modal.view.get("notify_on_close"):
            return None
        body = interactions.interaction(self.world, user, kind="view_closed", trigger_id=self._trigger(user))
        view = view_object(self.world, modal)
        return await self._interact(Delivery("interactive", body | {"view": view, "is_cleared": False}))

    def _after_submission(self, modal: Modal, answer: Json) -> None:
        what = answer.get("response_action")
        if what in ("update", "push"):
            modal.view = answer["view"]
            modal.versions.append(modal.view)
        modal.closed = what in (None, "clear")
        self.world.changed()

    def _trigger(self, user: User) -> str:
        trigger = Trigger(f"{self.world.numbers.id('')}.trigger", user.id, time.monotonic())
        self.world.triggers[trigger.id] = trigger
        return trigger.id

    async def _interact(self, delivery: Delivery) -> Delivery:
        self.send(delivery)
        await delivery.done.wait()
        return delivery


async def _first(deliveries: list[Delivery]) -> None:
    await asyncio.gather(*(delivery.first.wait() for delivery in deliveries))
