"""Slash commands, buttons, modals and autocompletes: what was asked, and what the bot answered when."""

import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import bits
from tests.fakes.discord.core import Core
from tests.fakes.discord.errors import Refused
from tests.fakes.discord.messages import Message
from tests.fakes.discord.posting import amend, compose
from tests.fakes.discord.rest import Call, Rest, empty
from tests.fakes.discord.state import Channel, User
from tests.fakes.server import Upload, json_answer

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ANSWERS = {  # which callbacks may answer which interaction (documents, "Interaction Callback Type")
    COMMAND: {MESSAGE, DEFERRED_MESSAGE, MODAL},
    COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE},
}


@dataclass(eq=False, slots=True)
class Interaction:
    """One interaction. `callback_type` is None until the bot answered; times are monotonic seconds.

    `original` is the first response (or the message under the pressed button), `followups` what came later.
    """

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    name: str
    sent_at: float
    source: Message | None = None
    callback_type: int | None = None
    answered_at: float = 0.0
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None

    @property
    def answered(self) -> bool:
        """The first response is there, even if only "thinking"."""
        return self.callback_type is not None

    @property
    def delay(self) -> float:
        """Seconds to the first response."""
        return self.answered_at - self.sent_at

    @property
    def thinking(self) -> bool:
        """Deferred, and nothing to read yet."""
        return self.original is not None and bool(self.original.flags & bits.LOADING)

    @property
    def text(self) -> str:
        """What the original response reads now."""
        return "" if self.original is None or self.original.deleted else self.original.content

    def metadata(self) -> dict[str, Any]:
        """As messages carry it."""
        whose = {"authorizing_integration_owners": {}, "user": self.user.payload(), "name": self.name}
        return {"id": str(self.id), "type": self.type, **whose}


class Interactions(Rest):
    """Callback and webhook routes. `deadline`: to the first response; `lifetime`: of the token; seconds."""

    def __init__(self, core: Core, *, deadline: float = 3.0, lifetime: float = 900.0) -> None:
        super().__init__(core)
        self.deadline, self.lifetime = deadline, lifetime
        self.all: dict[str, Interaction] = {}

    def install(self) -> None:
        """Adds the routes."""
        hook = "/webhooks/{webhook_id}/{webhook_token}"
        self.add("POST", "/interactions/{interaction_id}/{interaction_token}/callback", self._callback, webhook=True)
        self.add("POST", hook, self._follow_up, webhook=True)
        self.add("GET", hook + "/messages/{message}", self._get, webhook=True)
        self.add("PATCH", hook + "/messages/{message}", self._edit, webhook=True)
        self.add("DELETE", hook + "/messages/{message}", self._delete, webhook=True)

    async def _callback(self, call: Call) -> web.Response:
        interaction = self.all.get(call.path["interaction_token"])
        if interaction is None or interaction.id != call.id("interaction_id"):
            raise Refused(10062)
        if time.monotonic() - interaction.sent_at > self.deadline:
            raise Refused(10062)
        if interaction.answered:
            raise Refused(40060)
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind not in ANSWERS[interaction.type]:
            raise Refused(50035)
        self._respond(interaction, kind, data, call.files)
        interaction.callback_type, interaction.answered_at = kind, time.monotonic()
        return self._receipt(interaction) if call.query.get("with_response") in ("1", "true") else empty()

    def _respond(self, interaction: Interaction, kind: int, data: dict[str, Any], files: dict[int, Upload]) -> None:
        if kind == MODAL:
            interaction.modal = data
        elif kind == CHOICES:
            interaction.choices = data.get("choices", [])
        elif kind in (UPDATE, DEFERRED_UPDATE):
            if interaction.source is None:
                raise Refused(50035)
            interaction.original = interaction.source
            if kind == UPDATE:
                amend(self.core, interaction.source, data, files)
        elif kind == DEFERRED_MESSAGE:
            flags = bits.LOADING | (data.get("flags") or 0) & bits.EPHEMERAL
            interaction.original = Message(self.core.ids.next(), interaction.channel, self.core.bot, flags=flags)
            interaction.original.keep_version(None)
            self._stand(interaction, interaction.original)
        else:
            interaction.original = compose(self.core, interaction.channel, data, files)
            self._stand(interaction, interaction.original)

    def _stand(self, interaction: Interaction, message: Message) -> None:
        message.application_id = self.core.application_id
        message.interaction = interaction.metadata()
        if interaction.type == COMMAND:
            message.type = bits.SLASH
        elif interaction.source is not None:
            message.type, message.reply_to = bits.REPLY, interaction.source
        if message.ephemeral:
            self.core.changed()
        else:
            self.core.place(message)

    def _receipt(self, interaction: Interaction) -> web.Response:
        told: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
        answer: dict[str, Any] = {"interaction": told}
        message = interaction.original
        if message is not None:
            told |= {"response_message_id": str(message.id), "response_message_ephemeral": message.ephemeral}
            told["response_message_loading"] = interaction.thinking
        if interaction.callback_type in (MESSAGE, UPDATE) and message is not None:
            answer["resource"] = {"type": interaction.callback_type, "message": message.payload()}
        return json_answer(answer)

    def _of(self, call: Call) -> Interaction:
        interaction = self.all.get(call.path["webhook_token"])
        if call.id("webhook_id") != self.core.application_id:
            raise Refused(10015)
        if interaction is None or time.monotonic() - interaction.sent_at > self.lifetime:
            raise Refused(50027)
        if not interaction.answered:
            raise Refused(10015)
        return interaction

    async def _follow_up(self, call: Call) -> web.Response:
        interaction = self._of(call)
        if interaction.thinking and interaction.original is not None:  # the first follow-up fills the deferred response
            amend(self.core, interaction.original, call.body, call.files)
            return json_answer(interaction.original.payload())
        message = compose(self.core, interaction.channel, call.body, call.files)
        interaction.followups.append(message)
        self._stand(interaction, message)
        return json_answer(message.payload())

    def _named(self, call: Call) -> Message:
        interaction, name = self._of(call), call.path["message"]
        own = [m for m in (interaction.original, *interaction.followups) if m is not None and not m.deleted]
        wanted = interaction.original.id if name == "@original" and interaction.original else call.id("message")
        for message in own:
            if message.id == wanted:
                return message
        raise Refused(10008)

    async def _get(self, call: Call) -> web.Response:
        return json_answer(self._named(call).payload())

    async def _edit(self, call: Call) -> web.Response:
        message = self._named(call)
        amend(self.core, message, call.body, call.files)
        return json_answer(message.payload())

    async def _delete(self, call: Call) -> web.Response:
        self.core.remove(self._named(call))
        return empty()
