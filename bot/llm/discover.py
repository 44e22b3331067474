"""Looking for a model server on this machine, for a first start without settings. Needs aiohttp only."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import orjson


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where a model server usually listens; `base_url` without a slash at its end."""

    name: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """A model server that answered, and the first model it lists."""

    name: str
    base_url: str
    model: str


USUAL = (
    Candidate("Ollama", "http://127.0.0.1:11434/v1"),
    Candidate("LM Studio", "http://127.0.0.1:1234/v1"),
    Candidate("llama.cpp", "http://127.0.0.1:8080/v1"),
    Candidate("vLLM", "http://127.0.0.1:8000/v1"),
)
"""The default ports of each, in the order in which they are preferred."""


async def discover(candidates: Sequence[Candidate] = USUAL, *, timeout: float = 0.3) -> list[Discovered]:
    """Those that list a model within `timeout` seconds, in the order given; all are asked at once. Never raises."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session:
        found = await asyncio.gather(*(_ask(session, candidate) for candidate in candidates))
    return [server for server in found if server is not None]


async def _ask(session: aiohttp.ClientSession, candidate: Candidate) -> Discovered | None:
    try:
        async with session.get(f"{candidate.base_url}/models", allow_redirects=False) as response:
            speaks = response.status == 200 and response.content_type == "application/json"
            listed = orjson.loads(await response.read()) if speaks else None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None  # nobody there, or somebody else
    model = first_chat_model(listed)
    return Discovered(candidate.name, candidate.base_url, model) if model else None


def first_chat_model(listed: object) -> str:
    """The first id in a /models answer that is not an embedding model's; empty when there is none."""
    entries = listed.get("data") if isinstance(listed, dict) else None
    ids = [entry.get("id") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return next((name for name in ids if isinstance(name, str) and name and "embed" not in name.lower()), "")
