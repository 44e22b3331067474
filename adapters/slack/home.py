"""The agent view: what a newcomer sees in the Messages tab before the first word."""

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import asked
from adapters.slack.payloads import Json, JsonView
from bot.errors import PlatformError

TITLE = "What can I do for you?"

PROMPTS: list[dict[str, str]] = [
    {"title": "What can you do?", "message": "What can you do, and how do I use you in channels?"},
    {"title": "Explain an idea", "message": "I want to understand an idea. Ask me which, then explain it in simple words."},
    {"title": "Review code", "message": "I have code to review. Ask me for it, then tell me what you would change."},
    {"title": "Translate a text", "message": "I have a text to translate. Ask me for it and for the language."},
]
"""A click sends the message as it is. Slack shows four at most (docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts)."""


async def welcome(client: AsyncWebClient, event: JsonView) -> None:
    """Suggest a beginning when the Messages tab is opened. Under the agent view a thread_ts would make this fail silently."""
    if event.get("tab") != "messages" or not event.get("channel"):
        return
    arguments: Json = {"channel_id": event["channel"], "prompts": PROMPTS, "title": TITLE}
    try:
        await asked(client.assistant_threads_setSuggestedPrompts(**arguments))
    except PlatformError:
        return  # an offer, no more: an app without the agent view cannot make it
