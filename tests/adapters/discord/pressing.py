"""An answer with buttons, and somebody who presses one."""

from adapters.discord.opening import Discord
from adapters.discord.outlet import DiscordOutlet
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import ReplyAddress
from tests.fakes.discord import Channel, DiscordServer, Interaction, Message, User


async def answered(discord: Discord, channel: Channel, *buttons: Button, server: DiscordServer) -> Message:
    """An answer of ours with `buttons`."""
    outlet = DiscordOutlet(discord.client, ReplyAddress("discord", {"channel": str(channel.id)}))
    await outlet.post("The answer.", nonce=f"{server.ids.next()}", after=None, buttons=buttons)
    return server.messages(channel)[-1]


async def pressed(server: DiscordServer, user: User, message: Message, button: Button) -> Interaction:
    """Pressed, and answered in the first place."""
    asked = await server.press(user, message, str(button))
    await server.wait_for(lambda: asked.answered)
    return asked
