"""What doctor finds, and the link that invites."""

from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.discord.checks import check, invitation, invite_url
from bot.errors import SettingsInvalid
from bot.settings import Settings
from bot.vocabulary.finding import Finding, Level
from tests.adapters.discord.conftest import settings_for
from tests.fakes.discord import DiscordServer, bits
from tests.fakes.server import Fault

LEAST = (
    bits.VIEW_CHANNEL
    | bits.SEND_MESSAGES
    | bits.SEND_IN_THREADS
    | bits.READ_HISTORY
    | bits.EMBED_LINKS
    | bits.ATTACH_FILES
    | bits.ADD_REACTIONS
)


def content(findings: list[Finding]) -> Finding:
    return next(finding for finding in findings if finding.subject == "Discord message content")


async def test_a_bot_that_is_well(server: DiscordServer) -> None:
    findings = await check(settings_for(server, discord_message_content=True))
    assert [finding.level for finding in findings] == [Level.OK] * 3
    assert str(server.bot.id) in findings[0].seen
    assert findings[2].seen == "on 1"


@pytest.mark.parametrize(
    ("wanted", "granted", "level", "remedy"),
    [
        (True, False, Level.FATAL, "DISCORD_MESSAGE_CONTENT=off"),
        (False, False, Level.WARNING, "DISCORD_MESSAGE_CONTENT=on and switch it on at discord.com"),
        (False, True, Level.WARNING, "DISCORD_MESSAGE_CONTENT=on, if"),
    ],
)
async def test_message_content_that_is_missing(server: DiscordServer, wanted: bool, granted: bool, level: Level, remedy: str) -> None:
    if not granted:
        server.forbid_intents(bits.MESSAGE_CONTENT)
    finding = content(await check(settings_for(server, discord_message_content=wanted)))
    assert finding.level is level
    assert remedy in finding.remedy
    assert wanted or "follow-ups in threads" in finding.seen


async def test_a_bot_on_no_server(server: DiscordServer, settings: Settings) -> None:
    server.guilds.clear()
    finding = (await check(settings))[-1]
    assert (finding.level, finding.seen) == (Level.WARNING, "on none")
    assert "parley invite discord" in finding.remedy


async def test_a_token_that_is_missing_or_wrong_and_a_discord_that_is_away(server: DiscordServer, settings: Settings) -> None:
    assert await check(settings_for(server, discord_bot_token=None)) == []
    (refused,) = await check(settings_for(server, discord_bot_token="secret-and-wrong"))
    assert (refused.level, refused.subject) == (Level.FATAL, "Discord token")
    assert "secret-and-wrong" not in repr(refused)
    server.faults.add(match=("GET", "/users/@me"), fault=Fault(drop_before=True), times=3)
    (away,) = await check(settings)
    assert (away.level, away.subject) == (Level.FATAL, "Discord")


async def test_the_invitation_asks_for_the_least(server: DiscordServer, settings: Settings) -> None:
    link = await invitation(settings)
    assert link == invite_url(server.application_id)
    query = parse_qs(urlsplit(link).query)
    assert query["client_id"] == [str(server.application_id)]
    assert query["permissions"] == [str(LEAST)]
    assert query["scope"] == ["bot applications.commands"]
    with pytest.raises(SettingsInvalid):
        await invitation(settings_for(server, discord_bot_token=None))
