"""The whole local Discord, and discord.py pointed at it."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord
import yarl

from tests.fakes.discord import bits
from tests.fakes.discord.asking import command_data, component_data, envelope, find_command, modal_data
from tests.fakes.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    Interactions,
)
from tests.fakes.discord.messages import Message
from tests.fakes.discord.people import People
from tests.fakes.discord.routes_messages import MessageRoutes
from tests.fakes.discord.routes_servers import ServerRoutes
from tests.fakes.discord.state import Channel, User

ALLOWED_FLAGS = {bits.MESSAGE_CONTENT: 1 << 19, bits.GUILD_MEMBERS: 1 << 15, bits.GUILD_PRESENCES: 1 << 13}


class DiscordServer(People):
    """`async with DiscordServer() as server:` is a Discord with one application, whose bot is `server.bot`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.interactions = Interactions(self)
        ServerRoutes(self).install()
        MessageRoutes(self).install()
        self.interactions.install()
        self.forbid_intents(0)

    def forbid_intents(self, intents: int) -> None:
        """Privileged intents that were not granted: IDENTIFY with one closes with 4014, the application flags tell."""
        self.gateway.forbidden_intents = intents
        self.gateway.flags = sum(flag for intent, flag in ALLOWED_FLAGS.items() if not intents & intent)

    async def slash(self, user: User, channel: Channel, name: str, /, **options: Any) -> Interaction:
        """Calls a registered command ("persona set") as soon as it is registered. Values may be users, roles, channels.

        Raises LookupError for undeclared or missing options, TimeoutError when the command never comes.
        """
        head, *path = name.split()
        command = await self.wait_for(lambda: find_command(self, channel, head))
        return self._ask(COMMAND, user, channel, name, command_data(command, path, options, guild=channel.guild))

    async def autocomplete(self, user: User, channel: Channel, name: str, focused: str, /, **options: Any) -> Interaction:
        """Types into the option `focused` of a command; the answer is in `choices`."""
        head, *path = name.split()
        command = await self.wait_for(lambda: find_command(self, channel, head))
        data = command_data(command, path, options, guild=channel.guild, focused=focused)
        return self._ask(AUTOCOMPLETE, user, channel, name, data)

    async def press(self, user: User, message: Message, custom_id: str, *, values: list[str] | None = None) -> Interaction:
        """Presses a button, or chooses `values` in a select. Raises LookupError when it is not there or disabled."""
        data = component_data(message, custom_id, values)
        return self._ask(COMPONENT, user, message.channel, custom_id, data, source=message)

    async def submit_modal(self, interaction: Interaction, values: dict[str, Any]) -> Interaction:
        """Submits the form that answered `interaction`, by custom_id of its fields; a new interaction."""
        if interaction.modal is None:
            raise LookupError("no form was shown")
        data = modal_data(interaction.modal, values)
        where = interaction.channel
        return self._ask(MODAL_SUBMIT, interaction.user, where, interaction.name, data, source=interaction.source)

    def _ask(
        self, kind: int, user: User, channel: Channel, name: str, data: dict[str, Any], *, source: Message | None = None
    ) -> Interaction:
        snowflake, token = self.ids.next(), secrets.token_urlsafe(32)
        interaction = Interaction(snowflake, token, kind, user, channel, name, time.monotonic(), source)
        self.interactions.all[token] = interaction
        event = envelope(self, interaction, data)
        self.gateway.dispatch("INTERACTION_CREATE", lambda _: event, guild=channel.guild)
        return interaction


@contextmanager
def pointed_at(server: DiscordServer) -> Iterator[None]:
    """Points discord.py, whose addresses are process-wide, at the server; puts them back."""
    websocket = discord.gateway.DiscordWebSocket
    before = discord.http.Route.BASE, websocket.DEFAULT_GATEWAY
    discord.http.Route.BASE, websocket.DEFAULT_GATEWAY = server.api_url, yarl.URL(server.gateway_url)
    try:
        yield
    finally:
        discord.http.Route.BASE, websocket.DEFAULT_GATEWAY = before
