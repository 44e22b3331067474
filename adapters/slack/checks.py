"""What `parley doctor` wants to know of Slack."""

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import answered, asked, error_code
from adapters.slack.manifest import SCOPES
from adapters.slack.workspace import open_client
from bot.errors import PlatformError, PlatformUnavailable
from bot.settings import Settings
from bot.vocabulary.finding import Finding, Level

INDISPENSABLE = frozenset({"app_mentions:read", "chat:write"})
REINSTALL = "Update the app from `parley manifest slack` at api.slack.com/apps and reinstall it."


async def check(settings: Settings) -> list[Finding]:
    """Ask Slack about both tokens and the scopes. Nothing to find when Slack is not set up."""
    if settings.slack_bot_token is None:
        return []
    async with open_client(settings) as client:
        findings = await _bot_token(client)
        if settings.slack_transport == "socket" and settings.slack_app_token is not None:
            findings.append(await _app_token(client, settings.slack_app_token.get_secret_value()))
        return findings


async def _bot_token(client: AsyncWebClient) -> list[Finding]:
    try:
        response = await answered(client.auth_test())
    except PlatformError as error:
        return [_refused("SLACK_BOT_TOKEN", error, "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions.")]
    good = Finding(Level.OK, "SLACK_BOT_TOKEN", f"@{response.get('user', '')} in {response.get('team', '')}")
    granted = {name.lower(): value for name, value in response.headers.items()}.get("x-oauth-scopes", "")
    return [good, _scopes(frozenset(scope.strip() for scope in granted.split(",")))]


def _scopes(granted: frozenset[str]) -> Finding:
    missing = sorted(set(SCOPES) - granted)
    if not missing:
        return Finding(Level.OK, "Slack scopes", "all granted")
    level = Level.FATAL if INDISPENSABLE.intersection(missing) else Level.WARNING
    return Finding(level, "Slack scopes", f"missing: {', '.join(missing)}", REINSTALL)


async def _app_token(client: AsyncWebClient, token: str) -> Finding:
    """Opening a connection address costs nothing; nobody connects to it."""
    try:
        await asked(client.apps_connections_open(app_token=token))
    except PlatformError as error:
        remedy = "Make an app-level token with connections:write under Basic Information, and switch Socket Mode on."
        return _refused("SLACK_APP_TOKEN", error, remedy)
    return Finding(Level.OK, "SLACK_APP_TOKEN", "Socket Mode is possible")


def _refused(subject: str, error: PlatformError, remedy: str) -> Finding:
    if isinstance(error, PlatformUnavailable):
        return Finding(Level.FATAL, subject, str(error), "Check the network, the proxy and SLACK_API_URL, then try again.")
    return Finding(Level.FATAL, subject, f"refused: {error_code(error)}", remedy)
