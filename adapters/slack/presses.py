"""A press of one of our buttons, and the form that comes with a bad rating. What a press means is decided behind the door."""

import asyncio
import json

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.buttons import Pressed, pressed
from adapters.slack.directory import Directory
from adapters.slack.failures import asked
from adapters.slack.payloads import Json, JsonView
from adapters.slack.replies import written
from adapters.slack.workspace import Workspace
from bot.errors import BotError, NotAllowed, PlatformError
from bot.vocabulary.commands import CommandReply
from bot.vocabulary.controls import BAD, Button, PressKind
from bot.vocabulary.conversation import Authority, ConversationKey
from bot.vocabulary.door import Door
from bot.vocabulary.inbound import Press

log = structlog.get_logger(__name__)

CALLBACK = "parley_reason"
_FIELD = "reason"
REASON = 1_000
"""Characters that can be typed into it: as many as are kept."""

UNREADABLE = CommandReply("This button is from another version of me and does not work any more. Please write to me instead.")


class Presses:
    """Runs after the acknowledgement, so that nothing here has to be quick; only a form must open within three seconds."""

    def __init__(self, door: Door, *, client: AsyncWebClient, workspace: Workspace, directory: Directory) -> None:
        self._door = door
        self._client = client
        self._workspace = workspace
        self._directory = directory

    async def pressed(self, body: JsonView) -> None:
        """Somebody pressed a button."""
        said = pressed(body, team=self._workspace.team)
        button = said.button
        if button is None:
            await self._whisper(said.user, said.conversation, UNREADABLE)
            return
        author = await self._directory.author(said.user, home=said.home)
        if author.id != button.asker and author.authority < Authority.MODERATOR:
            await self._whisper(author.id, said.conversation, CommandReply(NotAllowed.user_text))
            return
        press = Press(said.id, button.kind, button.turn, author, said.conversation, button.value)
        if button.kind is PressKind.RATE and button.value == BAD:
            await asyncio.gather(self._press(press), self._ask_why(said, button))
        else:
            await self._press(press)

    async def submitted(self, body: JsonView) -> None:
        """The form came back. The view's id names this press: a form can be sent once."""
        view, sender = body["view"], body["user"]
        ticket: JsonView = json.loads(view["private_metadata"])
        fields: JsonView = (view.get("state") or {}).get("values") or {}
        reason = str(((fields.get(_FIELD) or {}).get(_FIELD) or {}).get("value") or "").strip()
        button = Button.parse(ticket["button"])
        if not reason or button is None:
            return
        author = await self._directory.author(str(sender["id"]), home=str(sender.get("team_id") or ""))
        key = ConversationKey("slack", self._workspace.team, ticket["channel"], ticket["thread"])
        await self._press(Press(f"{self._workspace.team}:{view['id']}", button.kind, button.turn, author, key, button.value, reason))

    async def _press(self, press: Press) -> None:
        try:
            reply = await self._door.press(press)
        except Exception:  # the border of a task: whoever pressed must hear that it did not work
            log.exception("slack.press_failed", kind=press.kind.value)
            reply = CommandReply(BotError.user_text)
        if reply.text:
            await self._whisper(press.author.id, press.conversation, reply)

    async def _ask_why(self, said: Pressed, button: Button) -> None:
        """An offer, no more: the rating counts whether or not the form opens."""
        try:
            await asked(self._client.views_open(trigger_id=said.trigger, view=_form(said.conversation, button)))
        except PlatformError as error:
            log.info("slack.reason_not_asked", error=str(error))

    async def _whisper(self, user: str, where: ConversationKey, reply: CommandReply) -> None:
        for text in written(reply):
            try:
                await asked(self._client.chat_postEphemeral(channel=where.channel, user=user, thread_ts=where.thread, text=text))
            except PlatformError as error:
                log.warning("slack.word_not_delivered", error=str(error))
                return


def _form(where: ConversationKey, button: Button) -> Json:
    element = {"type": "plain_text_input", "action_id": _FIELD, "multiline": True, "max_length": REASON}
    label = {"type": "plain_text", "text": "What was wrong with this answer?"}
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"button": str(button), "channel": where.channel, "thread": where.thread}),
        "title": {"type": "plain_text", "text": "Your rating"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Skip"},
        "blocks": [{"type": "input", "block_id": _FIELD, "label": label, "element": element, "optional": True}],
    }
