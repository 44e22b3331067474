"""`/parley …`: orders in, replies to the person who ordered. What they mean is decided behind the door."""

import asyncio
from collections.abc import Mapping

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.directory import Directory, is_direct
from adapters.slack.failures import asked
from adapters.slack.form import Ticket, submitted, view
from adapters.slack.limits import RESPONSES
from adapters.slack.markup import unescaped
from adapters.slack.order import Order, order_from
from adapters.slack.payloads import JsonView, SlashCommand
from adapters.slack.replies import written
from adapters.slack.workspace import Workspace
from bot.errors import BotError, PlatformError
from bot.vocabulary.commands import CommandCall, CommandReply
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.door import Door

log = structlog.get_logger(__name__)

PREFILL_WITHIN = 1.0
"""Seconds a form waits for what it shows at first: its trigger is good for three."""


class Orders:
    """Runs after the acknowledgement, so that nothing here has to be quick; only a form must open within three seconds."""

    def __init__(self, door: Door, *, client: AsyncWebClient, workspace: Workspace, directory: Directory) -> None:
        self._door = door
        self._client = client
        self._workspace = workspace
        self._directory = directory

    async def slash(self, command: SlashCommand) -> None:
        """Somebody wrote /parley and `command["text"]`."""
        order = order_from(unescaped(command.get("text", "")), self._door.commands)
        user, channel, home = command["user_id"], command["channel_id"], command.get("team_id", "")
        call = await self._call(
            f"{self._workspace.team}:{command['trigger_id']}", order.name, order.args, user=(user, home), channel=channel
        )
        if order.missing:
            await self._ask(order, call, command)
        else:
            await self._reply(call, response_url=command.get("response_url", ""))

    async def submitted(self, body: JsonView) -> None:
        """A form came back. The view's id names the order: a form can be sent once."""
        ticket, args = submitted(body["view"])
        sender: JsonView = body["user"]
        user = (str(sender["id"]), str(sender.get("team_id") or ""))
        call = await self._call(f"{self._workspace.team}:{body['view']['id']}", ticket.name, args, user=user, channel=ticket.channel)
        await self._reply(call, response_url=ticket.response_url)

    async def _call(self, id: str, name: str, args: Mapping[str, str], *, user: tuple[str, str], channel: str) -> CommandCall:
        author, place = await asyncio.gather(self._directory.author(user[0], home=user[1]), self._directory.place(channel))
        key = ConversationKey("slack", self._workspace.team, channel)
        return CommandCall(id, name, author, key, direct=is_direct(channel), exclusive=True, args=args, place=place)

    async def _ask(self, order: Order, call: CommandCall, command: SlashCommand) -> None:
        ticket = Ticket(order.name, order.kept, command["channel_id"], command.get("response_url", ""))
        filled = {**await self._prefill(call), **order.args}
        try:
            await asked(self._client.views_open(trigger_id=command["trigger_id"], view=view(order, ticket, filled=filled)))
        except PlatformError as error:
            log.warning("slack.form_not_opened", command=order.name, error=str(error))
            sorry = CommandReply("I could not open the form in time. Please send the command again.")
            await self._send(sorry, call, response_url=ticket.response_url)

    async def _prefill(self, call: CommandCall) -> Mapping[str, str]:
        try:
            async with asyncio.timeout(PREFILL_WITHIN):
                return await self._door.prefill(call)
        except (TimeoutError, BotError):
            return {}

    async def _reply(self, call: CommandCall, *, response_url: str) -> None:
        try:
            reply = await self._door.command(call)
        except Exception:  # the border of a task: whoever ordered must hear that it did not work
            log.exception("slack.command_failed", command=call.name)
            reply = CommandReply(BotError.user_text)
        await self._send(reply, call, response_url=response_url)

    async def _send(self, reply: CommandReply, call: CommandCall, *, response_url: str) -> None:
        """By response_url, which reaches places we are no member of; it is good for 30 minutes and five texts, then ephemeral messages
        must do."""
        for number, text in enumerate(written(reply)):
            by_url = bool(response_url) and number < RESPONSES and await self._respond(response_url, text, private=reply.private)
            if not by_url and not await self._whisper(text, call):
                return

    async def _whisper(self, text: str, call: CommandCall) -> bool:
        try:
            await asked(self._client.chat_postEphemeral(channel=call.conversation.channel, user=call.author.id, text=text))
        except PlatformError as error:
            log.warning("slack.reply_not_delivered", command=call.name, error=str(error))
            return False
        return True

    async def _respond(self, url: str, text: str, *, private: bool) -> bool:
        hook = AsyncWebhookClient(url, session=self._client.session, retry_handlers=[])
        try:
            said = await hook.send(
                text=text, response_type="ephemeral" if private else "in_channel", unfurl_links=False, unfurl_media=False
            )
        except (aiohttp.ClientError, SlackApiError, OSError):
            return False
        return said.status_code == 200
