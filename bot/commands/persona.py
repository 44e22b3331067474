"""`persona …`: who Parley is on this server."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.commands.registry import Command
from bot.errors import OrderInvalid
from bot.personas.bounds import INSTRUCTIONS_LIMIT, MODEL_LIMIT, checked_instructions, parameter_names, with_parameters
from bot.personas.personas import Personas
from bot.personas.presets import DESCRIPTIONS, PRESETS
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Param, Table
from bot.vocabulary.conversation import Authority, ConversationKey
from bot.vocabulary.model import Sampling
from bot.vocabulary.persona import Persona

NEXT = "It is in force from the next message on."


def _spec(verb: str, description: str, *params: Param) -> CommandSpec:
    return CommandSpec(f"persona {verb}", description, Authority.ADMIN, Authority.MEMBER, params)


LIST = _spec("list", "Show the personas I come with")
SHOW = replace(_spec("show", "Show who I am on this server"), secret=True)
USE = _spec("use", "Make me one of my presets", Param("preset", "Which preset", choices=tuple(PRESETS)))
SET = _spec("set", "Give me instructions of your own", Param("instructions", "What I should be like", long=True, limit=INSTRUCTIONS_LIMIT))
TUNE = _spec(
    "tune",
    "Set my model or one of its parameters",
    Param("parameter", "Which parameter", choices=parameter_names()),
    Param("value", 'Its value, or "default"', limit=2000),
)
RESET = _spec("reset", "Make me the plain assistant again")
SPECS = (LIST, SHOW, USE, SET, TUNE, RESET)


class Screen(Protocol):
    """What instructions must pass."""

    async def check(self, texts: Sequence[str], *, conversation: ConversationKey, author: str) -> None:
        """Raises `Declined` for what must not be said."""


class PersonaCommands:
    """Kept per server; whoever may change it is checked by the registry."""

    def __init__(self, personas: Personas, screen: Screen) -> None:
        self._personas = personas
        self._screen = screen

    def all(self) -> tuple[Command, ...]:
        return (
            Command(LIST, self.list),
            Command(SHOW, self.show),
            Command(USE, self.use),
            Command(SET, self.set, prefill=self.instructions),
            Command(TUNE, self.tune),
            Command(RESET, self.reset),
        )

    async def list(self, call: CommandCall) -> CommandReply:
        current = await self._personas.own(call.conversation.server_key)
        lines = [f"- **{name}**: {about}{' (in use)' if current.preset == name else ''}" for name, about in DESCRIPTIONS.items()]
        own = "\n- your own instructions (in use)" if not current.preset else ""
        return CommandReply("My personas:\n" + "\n".join(lines) + own + "\n\nChange with `persona use` or `persona set`.")

    async def show(self, call: CommandCall) -> CommandReply:
        persona = await self._personas.current(call.conversation.server_key)
        rows = (("model", persona.model), *_settings(persona.sampling))
        return CommandReply(f"I am **{persona.name}** here.\n>>> {persona.instructions}", table=Table(("parameter", "value"), rows))

    async def use(self, call: CommandCall) -> CommandReply:
        persona = PRESETS[call.args["preset"].lower()]
        await self._personas.set(call.conversation.server_key, persona)
        return CommandReply(f"I am **{persona.name}** now: {DESCRIPTIONS[persona.name]}. {NEXT}")

    async def set(self, call: CommandCall) -> CommandReply:
        text = checked_instructions(call.args["instructions"])
        await self._screen.check([text], conversation=call.conversation, author=call.author.id)
        before = await self._personas.own(call.conversation.server_key)
        await self._personas.set(call.conversation.server_key, replace(before, name="custom", preset="", instructions=text))
        return CommandReply(f"I have my new instructions. {NEXT}")

    async def tune(self, call: CommandCall) -> CommandReply:
        name, value = call.args["parameter"].lower(), call.args["value"]
        before = await self._personas.own(call.conversation.server_key)
        await self._personas.set(call.conversation.server_key, _tuned(before, name, value))
        return CommandReply(f"`{name}` is {'back to its default' if value.strip().lower() == 'default' else 'set'}. {NEXT}")

    async def reset(self, call: CommandCall) -> CommandReply:
        await self._personas.reset(call.conversation.server_key)
        return CommandReply(f"I am the plain assistant again. {NEXT}")

    async def instructions(self, call: CommandCall) -> Mapping[str, str]:
        return {"instructions": (await self._personas.own(call.conversation.server_key)).instructions}


def _tuned(persona: Persona, name: str, value: str) -> Persona:
    if name != "model":
        return replace(persona, sampling=with_parameters(persona.sampling, {name: value}))
    model = value.strip()
    if len(model) > MODEL_LIMIT or len(model.split()) != 1:
        raise OrderInvalid("model name", user_text=f"A model's name is one word of at most {MODEL_LIMIT} characters.")
    return replace(persona, model="" if model.lower() == "default" else model)


def _settings(sampling: Sampling) -> tuple[tuple[str, str], ...]:
    rows = ((name, getattr(sampling, name)) for name in parameter_names() if name != "model")
    set_ones = ((name, value) for name, value in rows if value not in (None, (), {}))
    return tuple((name, " | ".join(value) if isinstance(value, tuple) else str(value)) for name, value in set_ones)
