"""The app manifest: everything Slack must know of Parley. See docs.slack.dev/reference/app-manifest."""

from typing import Literal

from adapters.slack.home import PROMPTS
from adapters.slack.payloads import Json

COMMAND = "/parley"
PATH = "/slack/events"

SCOPES: tuple[str, ...] = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "mpim:history",
    "reactions:write",
    "users:read",
)

EVENTS: tuple[str, ...] = (
    "agent_session_stopped",
    "agent_session_title_changed",
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)

DESCRIPTION = "Answers in place, the text growing as the model writes."


def manifest(*, mode: Literal["socket", "http"] = "socket", url: str = "", name: str = "Parley") -> Json:
    """Paste it at api.slack.com/apps, "From a manifest". `url`: in HTTP mode, the public address without a path.

    Raises ValueError for HTTP mode without a `url`: Slack would refuse the manifest.
    """
    if mode == "http" and not url.startswith("https://"):
        raise ValueError("HTTP mode needs the public https:// address of Parley")
    request = {"request_url": url.rstrip("/") + PATH} if mode == "http" else {}
    return {
        "display_information": {"name": name, "description": DESCRIPTION},
        "features": _features(name, url=request.get("request_url", "")),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode == "socket",
            "token_rotation_enabled": False,
        },
    }


def _features(name: str, *, url: str) -> Json:
    command = {"command": COMMAND, "description": "Order something", "usage_hint": "help", "should_escape": False}
    return {
        "agent_view": {"agent_description": DESCRIPTION, "suggested_prompts": PROMPTS},
        "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": name, "always_online": True},
        "slash_commands": [command | ({"url": url} if url else {})],
    }
