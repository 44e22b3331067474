"""What `parley doctor` and `parley invite discord` ask Discord."""

import discord

from adapters.discord.opening import log_in, pointed_at
from bot.errors import PlatformError, SettingsInvalid
from bot.settings import Settings
from bot.vocabulary.finding import Finding, Level

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    embed_links=True,
    attach_files=True,
    add_reactions=True,
)
"""The least that Parley works with, and no more."""

SCOPES = ("bot", "applications.commands")
UNHEARD = "follow-ups in threads without a mention, replies with the ping switched off, and the text of others that is replied to"
PORTAL = "switch it on at discord.com/developers (your application, Bot, Message Content Intent)"


async def check(settings: Settings) -> list[Finding]:
    """Nothing without a token. Asks Discord once; never raises for what it finds."""
    if settings.discord_bot_token is None:
        return []
    try:
        application = await _application(settings)
    except SettingsInvalid as error:
        return [Finding(Level.FATAL, "Discord token", "refused by Discord", str(error))]
    except PlatformError as error:
        return [Finding(Level.FATAL, "Discord", str(error), "Check the network, and DISCORD_API_URL if it is set.")]
    token = Finding(Level.OK, "Discord token", f"belongs to {application.name} ({application.id})")
    return [token, _content(application, wanted=settings.discord_message_content), _servers(application), *_endpoint(application)]


async def invitation(settings: Settings) -> str:
    """The invite link of the application that the token belongs to. Raises `SettingsInvalid`, `PlatformUnavailable`."""
    return invite_url((await _application(settings)).id)


def invite_url(application_id: int | str) -> str:
    """Where a server's admin adds the bot."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=SCOPES)


async def _application(settings: Settings) -> discord.AppInfo:
    if settings.discord_bot_token is None:
        raise SettingsInvalid("DISCORD_BOT_TOKEN is not set.")
    client = discord.Client(intents=discord.Intents.none())
    try:
        with pointed_at(settings):
            return await log_in(client, settings.discord_bot_token.get_secret_value())
    finally:
        await client.close()


def _content(application: discord.AppInfo, *, wanted: bool) -> Finding:
    subject = "Discord message content"
    granted = application.flags.gateway_message_content or application.flags.gateway_message_content_limited
    if wanted and granted:
        return Finding(Level.OK, subject, "asked for and granted")
    if wanted:
        remedy = f"{PORTAL[0].upper()}{PORTAL[1:]}, or set DISCORD_MESSAGE_CONTENT=off."
        return Finding(Level.FATAL, subject, "asked for but not granted: Discord will not let us connect", remedy)
    first = "Set DISCORD_MESSAGE_CONTENT=on" + ("" if granted else f" and {PORTAL}")
    return Finding(Level.WARNING, subject, f"not asked for: we do not hear {UNHEARD}", f"{first}, if you want these.")


def _servers(application: discord.AppInfo) -> Finding:
    count = application.approximate_guild_count
    if count:
        return Finding(Level.OK, "Discord servers", f"on {count}")
    return Finding(Level.WARNING, "Discord servers", "on none", "Add the bot to a server: `parley invite discord` prints the link.")


def _endpoint(application: discord.AppInfo) -> list[Finding]:
    if application.interactions_endpoint_url is None:
        return []
    remedy = "Clear the Interactions Endpoint URL of your application at discord.com/developers."
    return [Finding(Level.FATAL, "Discord commands", "sent to a web address instead of to us", remedy)]
