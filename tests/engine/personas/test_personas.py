"""The persona of each server, in a real store."""

from dataclasses import replace

import pytest

from bot.personas.personas import Personas
from bot.personas.presets import ASSISTANT, DESCRIPTIONS, PRESETS
from bot.store.connection import Store
from bot.store.keys import ServerKeys
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Sampling
from bot.vocabulary.persona import Persona

HERE, THERE = ServerKey("discord", "1"), ServerKey("slack", "1")
DEFAULTS = Sampling(temperature=0.7, max_tokens=1000, stop=("STOP",), reasoning_effort="none")
OPEN = Persona("custom", "Be brief.")


@pytest.fixture
def personas(store: Store) -> Personas:
    return Personas(store, model="default-model", defaults=DEFAULTS)


async def test_a_server_begins_with_the_assistant_and_the_operators_defaults(personas: Personas) -> None:
    assert await personas.own(HERE) == ASSISTANT
    assert await personas.current(HERE) == replace(ASSISTANT, model="default-model", sampling=DEFAULTS)


async def test_a_persona_is_in_force_on_its_server_and_on_no_other(personas: Personas) -> None:
    await personas.set(HERE, OPEN)
    assert (await personas.current(HERE)).instructions == "Be brief."
    assert await personas.own(THERE) == ASSISTANT


async def test_what_a_persona_sets_goes_before_the_defaults(personas: Personas) -> None:
    own = Sampling(temperature=1.5, stop=("END",), reasoning_effort="high", seed=7, logit_bias={"5": -1})
    await personas.set(HERE, replace(OPEN, model="own-model", sampling=own))
    current = await personas.current(HERE)
    assert current.model == "own-model"
    assert current.sampling == replace(own, max_tokens=1000)


@pytest.mark.parametrize(
    "sampling", [Sampling(temperature=0.0), Sampling(seed=0), Sampling(presence_penalty=0.0), Sampling(frequency_penalty=0.0, top_p=0.0)]
)
async def test_zero_is_a_value_and_not_left_open(personas: Personas, sampling: Sampling) -> None:
    await personas.set(HERE, replace(OPEN, sampling=sampling))
    current = (await personas.current(HERE)).sampling
    assert all(getattr(current, name) == 0 for name in ("temperature", "seed", "presence_penalty", "top_p") if getattr(sampling, name) == 0)
    assert current.max_tokens == 1000


async def test_an_empty_model_and_empty_collections_are_left_open(personas: Personas) -> None:
    await personas.set(HERE, replace(OPEN, model="", sampling=Sampling(stop=(), logit_bias={})))
    current = await personas.current(HERE)
    assert (current.model, current.sampling) == ("default-model", DEFAULTS)


async def test_the_defaults_are_filled_in_when_read_and_never_stored(personas: Personas, store: Store) -> None:
    await personas.set(HERE, OPEN)
    later = Personas(store, model="newer-model", defaults=Sampling(temperature=0.1))
    assert (await later.current(HERE)).model == "newer-model"
    assert (await later.current(HERE)).sampling == Sampling(temperature=0.1)


async def test_each_change_raises_the_version(personas: Personas) -> None:
    versions = [(await personas.set(HERE, persona)).version for persona in (OPEN, OPEN, PRESETS["tutor"])]
    assert versions == [1, 2, 3]
    assert (await personas.own(HERE)).version == 3


async def test_reset_brings_the_assistant_back(personas: Personas) -> None:
    await personas.set(HERE, OPEN)
    await personas.set(THERE, OPEN)
    await personas.reset(HERE)
    assert await personas.own(HERE) == ASSISTANT
    assert (await personas.own(THERE)).name == "custom"


async def test_a_persona_that_cannot_be_read_is_the_assistant_again(personas: Personas, store: Store) -> None:
    await store.set(ServerKeys(HERE).persona, '99 {"shape": "of another time"}')
    assert await personas.own(HERE) == ASSISTANT


async def test_a_persona_survives_its_store_whole(personas: Personas) -> None:
    everything = Sampling(0.0, 5, 0.5, -2.0, 2.0, ("a", "b"), -1, {"5": -100}, "none", "low", "json_object")
    hard = Persona("custom", 'Füge "{server}" ein: 日本語 👩‍👩‍👧\n\ttab \\ end', "m/odel:free", everything)
    kept = await personas.set(HERE, hard)
    assert await personas.own(HERE) == kept == replace(hard, version=1)


def test_every_preset_has_a_description_and_its_own_name() -> None:
    assert PRESETS.keys() == DESCRIPTIONS.keys() == {"assistant", "tutor", "debugger", "translator", "reviewer", "summariser"}
    assert all(persona.name == persona.preset == name for name, persona in PRESETS.items())
    assert (PRESETS["tutor"].sampling.temperature, PRESETS["debugger"].sampling.temperature) == (0.3, 0.0)
