"""Buttons that are pressed, and the form behind 👎. Discord hears from us within 3 s whatever the store does.

Presses are read as they come, like commands, and nothing of a button is kept in memory: its custom_id says all there is to know. So
each process that listens can answer for a message of any age, and what it cannot read gets a word as well. (discord.py's `DynamicItem`
would leave buttons unanswered whose custom_id it does not know, and makes an object of every component beside the pressed one.)
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import discord
import structlog
from discord import ui

from adapters.discord.form import fields_of, is_order
from adapters.discord.limits import FORM_TITLE, LIMITS, REASON_TEXT, RESPONSE_SECONDS
from adapters.discord.places import author_of, whereabouts
from adapters.discord.refusals import FAILURES, taken_elsewhere
from bot.errors import BotError
from bot.vocabulary.controls import BAD, Button, PressKind
from bot.vocabulary.conversation import Authority
from bot.vocabulary.door import Door
from bot.vocabulary.inbound import Press

log = structlog.get_logger("discord")

OLD = "This button is from an older version of me. Please write to me instead."
NOT_YOURS = "Only the person who asked, or a moderator, can do that."
QUESTION = "What was wrong?"
INVITATION = "If you like, tell whoever runs me."
REASON = "reason"
"""The custom_id of the form's field."""

HARMLESS = (PressKind.STOP, PressKind.RATE)
"""Carried out even when Discord would not hear from us any more: people see that it failed, and pressing again does the same."""


class Presses:
    """Buttons and forms of answers that lead to one door. `operators` reads `discord:ID`."""

    def __init__(self, door: Door, *, operators: Collection[str]) -> None:
        self._door = door
        self._operators = operators

    async def take(self, interaction: discord.Interaction[Any]) -> None:
        """Answers presses, and forms that are no order; leaves everything else alone."""
        data: Mapping[str, Any] = interaction.data or {}
        form = interaction.type is discord.InteractionType.modal_submit and not is_order(data)
        if not form and interaction.type is not discord.InteractionType.component:
            return
        try:
            await self._taken(interaction, Button.parse(str(data.get("custom_id", ""))), data if form else None)
        except FAILURES as error:  # too late, or Discord is away: there is nobody left to tell
            if taken_elsewhere(error):
                log.info("press_taken_elsewhere", press=interaction.id)  # while a new process takes over from an old one, both hear it
            else:
                log.warning("press_not_answered", press=interaction.id, error=str(error))

    async def _taken(self, interaction: discord.Interaction[Any], button: Button | None, form: Mapping[str, Any] | None) -> None:
        if button is None or (form is not None and button.kind is not PressKind.RATE):
            await _say(interaction, OLD)
            return
        press = self._press(interaction, button, form)
        if press.author.id != button.asker and press.author.authority < Authority.MODERATOR:
            await _say(interaction, NOT_YOURS)
            return
        heard = await _acknowledge(interaction, button, asks=form is None)
        words = await self._pressed(press)
        if words and heard:
            await _say(interaction, words)

    def _press(self, interaction: discord.Interaction[Any], button: Button, form: Mapping[str, Any] | None) -> Press:
        user, channel = interaction.user, interaction.channel
        where = whereabouts(
            channel,
            channel_id=interaction.channel_id or 0,
            guild=interaction.guild,
            guild_id=interaction.guild_id,
            user_id=user.id,
        )
        permissions = interaction.permissions if interaction.guild_id is not None else None
        return Press(
            id=str(interaction.id),
            kind=button.kind,
            turn=button.turn,
            author=author_of(user, permissions, operators=self._operators),
            conversation=where.conversation,
            value=button.value,
            text="" if form is None else fields_of(form).get(REASON, "").strip(),
        )

    async def _pressed(self, press: Press) -> str:
        """The private word."""
        try:
            return (await self._door.press(press)).text
        except BotError as error:
            return error.user_text
        except Exception:  # the border to the engine: a defect there must be told to whoever pressed
            log.exception("press_failed", press=press.id, kind=press.kind.value)
            return BotError.user_text


async def _acknowledge(interaction: discord.Interaction[Any], button: Button, *, asks: bool) -> bool:
    """Before anything else. False where whoever pressed cannot be reached, which does not keep us from what is `HARMLESS`."""
    try:
        async with asyncio.timeout(RESPONSE_SECONDS):
            if asks and button.kind is PressKind.RATE and button.value == BAD:
                await interaction.response.send_modal(_form(button))
            else:
                await interaction.response.defer()
    except FAILURES as error:
        if taken_elsewhere(error) or button.kind not in HARMLESS:
            raise
        log.info("press_not_acknowledged", press=interaction.id, error=str(error))
        return False
    return True


def _form(button: Button) -> ui.Modal:
    form = ui.Modal(title=QUESTION[:FORM_TITLE], custom_id=str(button))
    entry: ui.TextInput[Any] = ui.TextInput(custom_id=REASON, style=discord.TextStyle.paragraph, required=False, max_length=REASON_TEXT)
    form.add_item(ui.Label(text=QUESTION[:FORM_TITLE], description=INVITATION, component=entry))
    form.stop()  # discord.py would keep it in memory to call us; we read the interaction instead, also after a restart
    return form


async def _say(interaction: discord.Interaction[Any], words: str) -> None:
    """Privately: as the first response, or after it."""
    text, nobody = words[: LIMITS.text], discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, suppress_embeds=True, allowed_mentions=nobody)
    else:
        await interaction.response.send_message(text, ephemeral=True, suppress_embeds=True, allowed_mentions=nobody)
