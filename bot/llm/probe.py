"""What `parley doctor` asks the model endpoint: is it there, does it take the key, does it have the models? Needs aiohttp only."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson

from bot.llm.capabilities import OPENAI_URL, is_openai
from bot.vocabulary.finding import Finding, Level

ENDPOINT, KEY = "Model endpoint", "Model key"


async def probe(*, base_url: str, api_key: str, models: Sequence[str], timeout: float = 5.0) -> list[Finding]:
    """Findings for the endpoint, its key, and each model (the first is the main one). `timeout` in seconds. Never raises."""
    url = base_url or OPENAI_URL
    try:
        status, body = await _models(url, api_key=api_key, timeout=timeout)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        seen = f"{url} is not reachable ({type(error).__name__})"
        return [Finding(Level.FATAL, ENDPOINT, seen, "Start the model server, or correct OPENAI_BASE_URL.")]
    if status in (401, 403):
        return [_reached(url), _denied(status, key=api_key)]
    listed = _entries(body)
    if listed is None:
        return [_unlisted(url, status=status)]
    key = Finding(Level.OK, KEY, "accepted" if api_key else "none set, none needed")
    return [_reached(url), key, *model_findings(models, listed=listed, base_url=base_url)]


def model_findings(models: Sequence[str], *, listed: Mapping[str, Mapping[str, Any]], base_url: str) -> list[Finding]:
    """One for each model, by the entries of /models under their ids; the first model is the main one."""
    main = Level.FATAL if is_openai(base_url) else Level.WARNING  # elsewhere lists are incomplete, and names have aliases
    names = dict.fromkeys(models)
    return [_model(name, listed, missing=Level.WARNING if index else main) for index, name in enumerate(names)]


async def _models(url: str, *, api_key: str, timeout: float) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
        session.get(f"{url}/models", headers=headers) as response,
    ):
        return response.status, await response.read()


def _entries(body: bytes) -> dict[str, Mapping[str, Any]] | None:
    try:
        listed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    entries = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        return None
    return {entry["id"]: entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)}


def _reached(url: str) -> Finding:
    return Finding(Level.OK, ENDPOINT, f"{url} answers")


def _denied(status: int, *, key: str) -> Finding:
    seen = f"the endpoint refused {'the key' if key else 'a request without a key'} (status {status})"
    return Finding(Level.FATAL, KEY, seen, "Set OPENAI_API_KEY to a key that is valid for this endpoint.")


def _unlisted(url: str, *, status: int) -> Finding:
    if status >= 500 or status == 429:
        remedy = "Wait and try again; look at the provider's status page."
        return Finding(Level.WARNING, ENDPOINT, f"{url} answers with status {status} just now", remedy)
    if status in (404, 405):
        remedy = "Fine if answers come; else correct OPENAI_BASE_URL, which usually ends in /v1."
        return Finding(Level.WARNING, ENDPOINT, f"{url} does not list its models (status {status})", remedy)
    remedy = "Correct OPENAI_BASE_URL: it usually ends in /v1."
    return Finding(Level.FATAL, ENDPOINT, f"{url} is not an OpenAI-compatible endpoint (status {status})", remedy)


def _model(name: str, listed: Mapping[str, Mapping[str, Any]], *, missing: Level) -> Finding:
    entry = listed.get(name) or listed.get(f"{name}:latest")  # Ollama adds the tag
    subject = f"Model {name}"
    if entry is None:
        return Finding(missing, subject, "not listed by the endpoint", "Correct OPENAI_MODEL or OPENAI_FALLBACK_MODELS.")
    if ends := entry.get("shutdown_date"):
        remedy = "Choose another in OPENAI_MODEL or OPENAI_FALLBACK_MODELS before that day."
        return Finding(Level.WARNING, subject, f"listed, but it is switched off on {ends}", remedy)
    return Finding(Level.OK, subject, "listed")
