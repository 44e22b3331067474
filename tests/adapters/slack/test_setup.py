"""The manifest, and what doctor finds."""

import json

import pytest

from adapters.slack.checks import check
from adapters.slack.manifest import EVENTS, SCOPES, manifest
from bot.settings import Settings
from bot.vocabulary.finding import Level
from tests.adapters.slack.conftest import settings_for
from tests.fakes.slack.server import SlackServer


def test_the_manifest_of_socket_mode() -> None:
    made = json.loads(json.dumps(manifest()))
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(made)
    assert made["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert "assistant_view" not in made["features"]
    assert made["features"]["slash_commands"][0]["command"] == "/parley"
    assert set(made["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert {"app_mention", "message.im", "app_home_opened"} <= set(made["settings"]["event_subscriptions"]["bot_events"])


def test_the_manifest_of_http_names_one_address_everywhere() -> None:
    made = manifest(mode="http", url="https://parley.example/")
    address = "https://parley.example/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"]["request_url"] == address
    assert made["features"]["slash_commands"][0]["url"] == address
    with pytest.raises(ValueError, match="https://"):
        manifest(mode="http")


def test_the_manifest_keeps_to_slacks_sizes() -> None:
    """Source: manifest.d.ts of @slack/web-api."""
    made = manifest()
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["features"]["agent_view"]["agent_description"]) <= 300
    assert len(made["features"]["agent_view"]["suggested_prompts"]) <= 4
    assert len(EVENTS) <= 100
    assert len(SCOPES) <= 255


async def test_doctor_finds_all_well(server: SlackServer) -> None:
    findings = await check(settings_for(server))
    assert [(finding.level, finding.subject) for finding in findings] == [
        (Level.OK, "SLACK_BOT_TOKEN"),
        (Level.OK, "Slack scopes"),
        (Level.OK, "SLACK_APP_TOKEN"),
    ]
    assert findings[0].seen == "@parley in Acme"


@pytest.mark.parametrize(
    ("scopes", "level", "missing"),
    [
        ([scope for scope in SCOPES if scope != "files:read"], Level.WARNING, "missing: files:read"),
        ([scope for scope in SCOPES if scope != "reactions:write"], Level.WARNING, "missing: reactions:write"),
        ([scope for scope in SCOPES if scope != "chat:write"], Level.FATAL, "missing: chat:write"),
    ],
)
async def test_doctor_names_missing_scopes(scopes: list[str], level: Level, missing: str) -> None:
    async with SlackServer(scopes=scopes) as server:
        finding = (await check(settings_for(server)))[1]
    assert (finding.level, finding.seen) == (level, missing)
    assert "reinstall" in finding.remedy


async def test_doctor_names_a_wrong_token_and_never_shows_it(server: SlackServer) -> None:
    settings = settings_for(server, slack_bot_token="xoxb-secret", slack_app_token="xapp-secret")
    bot, app = await check(settings)
    assert (bot.level, bot.seen, app.level, app.seen) == (Level.FATAL, "refused: invalid_auth", Level.FATAL, "refused: invalid_auth")
    assert "secret" not in str((bot, app))
    assert bot.remedy
    assert app.remedy


async def test_doctor_says_when_slack_is_away() -> None:
    async with SlackServer() as gone:
        settings = settings_for(gone, mode="http")
    (finding,) = await check(settings)
    assert finding.level is Level.FATAL
    assert "SLACK_API_URL" in finding.remedy


async def test_doctor_has_nothing_to_say_without_slack() -> None:
    assert await check(Settings(_env_file=None, slack_bot_token=None)) == []  # type: ignore[call-arg]
