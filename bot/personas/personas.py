"""The persona of each server."""

from dataclasses import fields, replace
from typing import Any

from bot.personas.presets import ASSISTANT
from bot.store.codec import Codec
from bot.store.connection import Store
from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Sampling
from bot.vocabulary.persona import Persona

_codec = Codec(Persona)


class Personas:
    """One persona a server; a change is in force from the next turn. `defaults` fill what a persona leaves open."""

    def __init__(self, store: Store, *, model: str, defaults: Sampling) -> None:
        self._store = store
        self._model = model
        self._defaults = defaults

    async def own(self, server: ServerKey) -> Persona:
        """The server's persona as it was set, or the assistant."""
        return _codec.load(await self._store.get(ServerKeys(server).persona)) or ASSISTANT

    async def current(self, server: ServerKey) -> Persona:
        """The server's persona with the operator's defaults where it leaves something open."""
        persona = await self.own(server)
        return replace(persona, model=persona.model or self._model, sampling=_filled(persona.sampling, self._defaults))

    async def set(self, server: ServerKey, persona: Persona) -> Persona:
        """Make it the server's persona."""
        persona = replace(persona, version=(await self.own(server)).version + 1)
        await self._store.set(ServerKeys(server).persona, _codec.dump(persona))
        return persona

    async def reset(self, server: ServerKey) -> None:
        """Back to the assistant."""
        await self._store.delete(ServerKeys(server).persona)


def _filled(sampling: Sampling, defaults: Sampling) -> Sampling:
    # what was set is whatever differs from an empty Sampling: 0 is a temperature, None is none
    own: dict[str, Any] = {f.name: value for f in fields(sampling) if (value := getattr(sampling, f.name)) != getattr(Sampling(), f.name)}
    return replace(defaults, **own)
