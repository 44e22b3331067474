"""What turns work with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.memory.history import Memory
from bot.moderation.moderation import Moderation
from bot.personas.personas import Personas
from bot.turns.buried import Graveyard
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.journal import Journal
from bot.turns.leftovers import Leftovers
from bot.turns.mending import Mending
from bot.turns.records import Records
from bot.vocabulary.clock import Clock
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.model import Model
from bot.vocabulary.platform import Platform

Order = Callable[[Inbound], Awaitable[str | None]]
"""Carries out an order written as a message and returns the reply; None when it is none."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whatever the walk needs at one step or another."""

    platforms: Mapping[str, Platform]
    personas: Personas
    moderation: Moderation
    memory: Memory
    records: Records
    model: Model
    journal: Journal
    mending: Mending
    leftovers: Leftovers
    graveyard: Graveyard
    order: Order
    is_order: Callable[[Inbound], bool]
    clock: Clock
    most_characters: int
    between: float
    show_cost: Callable[[float], str]
    checkpoint: Checkpoint = passed
