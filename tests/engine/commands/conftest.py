"""All orders, on a real store and a real moderation client."""

from collections.abc import AsyncIterator

import pytest

from bot.commands.busy import BusyCommand
from bot.commands.conversation import ConversationCommands
from bot.commands.feedback import FeedbackCommand
from bot.commands.help import HelpCommand
from bot.commands.persona import PersonaCommands
from bot.commands.registry import Registry
from bot.commands.status import StatusCommand
from bot.commands.stop import StopCommand
from bot.commands.usage import UsageCommand
from bot.feedback.ratings import Ratings
from bot.manners.manners import Manners
from bot.memory.history import Memory
from bot.moderation.connection import open_endpoint
from bot.moderation.incidents import Incidents
from bot.moderation.moderation import Moderation
from bot.personas.personas import Personas
from bot.spend.ledger import Ledger
from bot.spend.report import Currency
from bot.store.connection import Store
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Sampling
from bot.vocabulary.standing import Again, Buried, Standing
from tests.fakes.clock import VirtualClock
from tests.fakes.model.server import ModelServer

RUPEES = Currency("INR", 85)


class Duty:
    """What goes on, as a test says."""

    def __init__(self) -> None:
        self.now = Standing()
        self.given_up: list[Buried] = []
        self.says = Again.WAITS
        self.asked: list[tuple[ServerKey, str]] = []

    async def standing(self, server: ServerKey) -> Standing:
        return self.now

    async def buried(self, server: ServerKey) -> list[Buried]:
        return self.given_up

    async def again(self, server: ServerKey, turn: str) -> Again:
        self.asked.append((server, turn))
        return self.says


class Office:
    """The registry as it is assembled, and the rooms behind it. `running`: whether there is an answer to stop."""

    def __init__(self, store: Store, moderation: Moderation, *, budget: int | None = None) -> None:
        self.personas = Personas(store, model="default-model", defaults=Sampling(temperature=0.7, max_tokens=1000))
        self.memory = Memory(store, seconds=60, messages=20, tokens=8000)
        self.ledger = Ledger(store, clock=VirtualClock(), budget=budget)
        self.manners = Manners(store)
        self.ratings = Ratings(store, clock=VirtualClock())
        self.duty = Duty()
        self.running = False
        self.stopped: list[CommandCall] = []
        commands = [
            *PersonaCommands(self.personas, moderation).all(),
            *ConversationCommands(self.memory).all(),
            *StopCommand(self._stop).all(),
            *BusyCommand(self.manners).all(),
            *UsageCommand(self.ledger, RUPEES).all(),
            *FeedbackCommand(self.ratings).all(),
            *StatusCommand(self.duty, version="1.2.3").all(),
        ]
        specs = [command.spec for command in commands]
        self.registry = Registry([*commands, *HelpCommand(lambda: specs).all()])

    async def _stop(self, call: CommandCall) -> bool:
        self.stopped.append(call)
        return self.running


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as model:
        yield model
        model.assert_clean()


@pytest.fixture
async def moderation(server: ModelServer, store: Store) -> AsyncIterator[Moderation]:
    async with open_endpoint(base_url=server.base_url, api_key="sk-test", model="some-moderation-model", seconds=5) as endpoint:
        yield Moderation(endpoint, Incidents(store), clock=VirtualClock(), block_on_error=True, keep_text=False)


@pytest.fixture
def office(store: Store, moderation: Moderation) -> Office:
    return Office(store, moderation)
