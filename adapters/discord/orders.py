"""An interaction becomes an order, and its reply goes back. Discord hears from us within 3 s whatever the store does."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import discord
import structlog

from adapters.discord.form import form_for, submitted
from adapters.discord.limits import FORM_SECONDS
from adapters.discord.pages import pages_of
from adapters.discord.places import author_of, whereabouts
from adapters.discord.refusals import FAILURES, taken_elsewhere
from bot.errors import BotError
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec
from bot.vocabulary.door import Door

log = structlog.get_logger("discord")

UNKNOWN = CommandReply("I do not know this command any more. Please reload Discord and try again.")


class Orders:
    """Commands of one door. `operators` reads `discord:ID`."""

    def __init__(self, door: Door, *, operators: Collection[str]) -> None:
        self._door = door
        self._operators = operators
        self._specs = {spec.name: spec for spec in door.commands}

    async def take(self, interaction: discord.Interaction[Any]) -> None:
        """Answers slash commands and our forms; leaves everything else alone."""
        try:
            if interaction.type is discord.InteractionType.application_command:
                await self._slash(interaction)
            elif interaction.type is discord.InteractionType.modal_submit:
                await self._form(interaction)
        except FAILURES as error:  # too late, or Discord is away: there is nobody left to tell
            if taken_elsewhere(error):
                log.info("order_taken_elsewhere", order=interaction.id)  # while a new process takes over from an old one, both hear it
            else:
                log.warning("order_not_answered", order=interaction.id, error=str(error))

    async def _slash(self, interaction: discord.Interaction[Any]) -> None:
        name, args = named(_data(interaction))
        spec = self._specs.get(name)
        call = self._call(interaction, name, args)
        if spec is not None and spec.form:
            await interaction.response.send_modal(form_for(spec, args, await self._prefill(call)))
        else:
            await self._carry_out(interaction, call, spec)

    async def _form(self, interaction: discord.Interaction[Any]) -> None:
        form = submitted(_data(interaction))
        if form is not None:
            name, args = form
            await self._carry_out(interaction, self._call(interaction, name, args), self._specs.get(name))

    async def _carry_out(self, interaction: discord.Interaction[Any], call: CommandCall, spec: CommandSpec | None) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _deliver(interaction, UNKNOWN if spec is None else await self._ordered(call))

    async def _ordered(self, call: CommandCall) -> CommandReply:
        try:
            return await self._door.command(call)
        except BotError as error:
            return CommandReply(error.user_text)
        except Exception:  # the border to the engine: a defect there must not leave "thinking…" for ever
            log.exception("order_failed", order=call.id, command=call.name)
            return CommandReply(BotError.user_text)

    async def _prefill(self, call: CommandCall) -> Mapping[str, str]:
        try:
            async with asyncio.timeout(FORM_SECONDS):
                return await self._door.prefill(call)
        except Exception as error:  # noqa: BLE001 - the border to the engine: an empty form is better than none
            log.warning("form_not_prefilled", order=call.id, command=call.name, error=repr(error))
            return {}

    def _call(self, interaction: discord.Interaction[Any], name: str, args: Mapping[str, str]) -> CommandCall:
        user, channel = interaction.user, interaction.channel
        where = whereabouts(
            channel,
            channel_id=channel.id if channel is not None else 0,
            guild=interaction.guild,
            guild_id=interaction.guild_id,
            user_id=user.id,
        )
        permissions = interaction.permissions if interaction.guild_id is not None else None
        return CommandCall(
            id=str(interaction.id),
            name=name,
            author=author_of(user, permissions, operators=self._operators),
            conversation=where.conversation,
            direct=where.direct,
            exclusive=where.exclusive,
            args=args,
            place=where.place,
        )


def named(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """A command's full name and its arguments from an interaction's data."""
    words, options = [str(data["name"])], data.get("options") or []
    while options and "value" not in options[0] and options[0].get("type") in (1, 2):  # subcommand, group
        words.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(words), {str(option["name"]): str(option["value"]) for option in options}


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    data: Any = interaction.data
    return data or {}


async def _deliver(interaction: discord.Interaction[Any], reply: CommandReply) -> None:
    """Into the deferred answer, which only the person sees; a public reply follows it, and so does what is too long for one."""
    pages = pages_of(reply)
    first = pages.pop(0) if reply.private else "Done."
    await interaction.edit_original_response(content=first, allowed_mentions=discord.AllowedMentions.none())
    for page in pages:
        await interaction.followup.send(
            page, ephemeral=reply.private, suppress_embeds=True, allowed_mentions=discord.AllowedMentions.none()
        )
