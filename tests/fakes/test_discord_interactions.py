"""Commands, forms and buttons on the local Discord, answered by the real discord.py."""

from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.fakes.discord import DiscordServer
from tests.fakes.discord.bits import MANAGE_GUILD
from tests.fakes.discord.client import connected


class Tree(app_commands.CommandTree[discord.Client]):
    """One command that defers, one that shows a form."""

    def __init__(self, client: discord.Client) -> None:
        super().__init__(client)
        group = app_commands.Group(name="persona", description="who speaks")

        @group.command(name="use", description="choose")
        async def use(interaction: discord.Interaction, name: str) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            rights = interaction.permissions.manage_guild
            await interaction.edit_original_response(content=f"{name} {rights}")
            await interaction.followup.send("and more", ephemeral=True)

        @group.command(name="set", description="write")
        async def put(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Form())

        @group.command(name="give", description="to somebody")
        async def give(interaction: discord.Interaction, who: discord.Member, name: str) -> None:
            await interaction.response.send_message(f"{who.display_name} {name}")

        @give.autocomplete("name")
        async def names(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{current}!", value=current)]

        self.add_command(group)


class Form(discord.ui.Modal, title="Instructions"):
    """One field."""

    words: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Instructions", custom_id="words", max_length=3000)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"set: {self.words.value}", view=Button(), ephemeral=True)


class Button(discord.ui.View):
    """Changes its own message."""

    @discord.ui.button(label="undo", custom_id="undo")
    async def undo(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="undone", view=None)


async def test_a_command_deferred_then_edited(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    admin = server.add_user("admin", permissions=MANAGE_GUILD)
    async with connected(server) as client:
        await Tree(client).sync()
        asked = await server.slash(admin, channel, "persona use", name="tutor")
        await server.wait_for(lambda: asked.followups)
        with pytest.raises(LookupError):
            await server.slash(admin, channel, "persona use")
    assert (asked.callback_type, asked.text) == (5, "tutor True")
    assert asked.original is not None
    assert asked.original.texts == ["", "tutor True"]
    assert asked.original.ephemeral
    assert asked.followups[0].content == "and more"
    assert 0 < asked.delay < 1
    assert server.messages(channel) == []


async def test_a_form_and_a_button(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    ana = server.add_user("ana")
    async with connected(server) as client:
        await Tree(client).sync()
        asked = await server.slash(ana, channel, "persona set")
        await server.wait_for(lambda: asked.modal)
        sent = await server.submit_modal(asked, {"words": "be kind"})
        await server.wait_for(lambda: sent.answered)
        assert sent.text == "set: be kind"
        assert sent.original is not None
        pressed = await server.press(ana, sent.original, "undo")
        await server.wait_for(lambda: pressed.answered)
        assert (pressed.callback_type, sent.text, sent.original.components) == (7, "undone", [])


async def test_options_are_resolved_and_completed(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    ana = server.add_user("ana", nick="Ana B.")
    async with connected(server) as client:
        await Tree(client).sync(guild=None)
        typed = await server.autocomplete(ana, channel, "persona give", "name", name="tu")
        asked = await server.slash(ana, channel, "persona give", who=ana, name="tutor")
        await server.wait_for(lambda: typed.answered and asked.answered)
    assert typed.choices == [{"name": "tu!", "value": "tu"}]
    assert [m.content for m in server.messages(channel)] == ["Ana B. tutor"]
    assert server.messages(channel)[0].type == 20


async def test_a_late_or_second_response_is_refused(server: DiscordServer) -> None:
    channel = server.add_channel("general")
    ana = server.add_user("ana")
    async with connected(server) as client, aiohttp.ClientSession() as session:
        await Tree(client).sync()
        asked = await server.slash(ana, channel, "persona use", name="x")
        await server.wait_for(lambda: asked.followups)
        url = f"{server.api_url}/interactions/{asked.id}/{asked.token}/callback"
        codes = []
        for server.interactions.deadline in (3.0, 0.0):
            async with session.post(url, json={"type": 5}) as answer:
                codes.append((await answer.json())["code"])
    assert codes == [40060, 10062]


async def test_commands_in_a_dm_come_without_a_server(server: DiscordServer) -> None:
    ana = server.add_user("ana")
    async with connected(server) as client:
        await Tree(client).sync()
        asked = await server.slash(ana, server.dm_with(ana), "persona use", name="x")
        await server.wait_for(lambda: asked.followups)
    assert asked.text == "x False"
