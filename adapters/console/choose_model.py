"""Which model the terminal talks to when nobody named one: a server on this machine, with leave, or the offline stand-in.

What was answered is kept in the data folder: each server is asked about once per machine.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.llm.capabilities import is_openai
from bot.llm.discover import USUAL, Candidate, Discovered, discover
from bot.offline.server import MODEL, OfflineServer
from bot.settings import Settings

CHOICES = "model_choices.json"

Ask = Callable[[str], Awaitable[bool]]
"""Puts a question to the person at the terminal; yes or no."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Settings that name a model and, where it is wanted, a moderation endpoint; and one line on who answers."""

    settings: Settings
    who: str


@asynccontextmanager
async def chosen_model(settings: Settings, *, ask: Ask | None, candidates: Sequence[Candidate] = USUAL) -> AsyncIterator[Chosen]:
    """What the terminal uses while inside. `ask` is None where nobody can be asked: then no server that was found is used."""
    async with AsyncExitStack() as stack:
        chosen = _named(settings) if settings.model_is_set else None
        if chosen is None and ask is not None:
            chosen = await _found(settings, ask=ask, candidates=candidates)
        if chosen is None or _needs_word_list(chosen.settings):
            server = await stack.enter_async_context(OfflineServer())
            chosen = _offline(settings, server) if chosen is None else _with_word_list(chosen, server)
        yield chosen


def _named(settings: Settings) -> Chosen:
    where = f" at {settings.openai_base_url}" if settings.openai_base_url else ""
    return Chosen(settings, f"{settings.openai_model}{where} answers.")


async def _found(settings: Settings, *, ask: Ask, candidates: Sequence[Candidate]) -> Chosen | None:
    choices = _Choices(settings.data_dir / CHOICES)
    for server in await discover(candidates):
        if choices.known(server) is None:
            choices.keep(server, yes=await ask(f"Found {server.name} at {server.base_url} with {server.model}. Use it?"))
        if choices.known(server):
            model = settings.openai_model if "openai_model" in settings.model_fields_set else server.model
            found = settings.model_copy(update={"openai_base_url": server.base_url, "openai_model": model})
            return Chosen(found, f"{model} answers, by {server.name} on this machine.")
    return None


def _needs_word_list(settings: Settings) -> bool:
    return settings.moderation and not settings.moderation_base_url and not is_openai(settings.openai_base_url)


def _with_word_list(chosen: Chosen, server: OfflineServer) -> Chosen:
    settings = chosen.settings.model_copy(update={"moderation_base_url": server.base_url})
    return Chosen(settings, f"{chosen.who} It has no moderation, so a built-in word list checks what you write.")


def _offline(settings: Settings, server: OfflineServer) -> Chosen:
    update: dict[str, object] = {"openai_base_url": server.base_url, "openai_model": MODEL, "openai_fallback_models": ()}
    if not settings.moderation_base_url:
        update["moderation_base_url"] = server.base_url
    who = "An offline stand-in answers, not a real model: set OPENAI_API_KEY or OPENAI_BASE_URL in .env for one."
    return Chosen(settings.model_copy(update=update), who)


class _Choices:
    """What was answered about each server. A file that cannot be read is no answer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            read = {}
        self._answers: dict[str, bool] = {k: v for k, v in read.items() if isinstance(v, bool)} if isinstance(read, dict) else {}

    def known(self, server: Discovered) -> bool | None:
        return self._answers.get(server.base_url)

    def keep(self, server: Discovered, *, yes: bool) -> None:
        self._answers[server.base_url] = yes
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._answers), encoding="utf-8")
