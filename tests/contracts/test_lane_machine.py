"""Whatever processes do to one lane, in whatever order: the scripts and a plain model of them agree, and nothing is ever stranded."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.store.connection import open_store
from bot.store.embedded import EmbeddedServer
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.lane import Lane
from tests.contracts.lanes import Scripts

T = TypeVar("T")
MOST = 4
KEEP = 3
EVENTS = st.sampled_from("abcdefgh")
numbers = count()


@dataclass
class Turn:
    """A journal."""

    name: str
    count: int
    generation: int
    attempts: int = 0
    outcome: str = ""
    stop: bool = False
    parts: str = ""


@dataclass
class Plain:
    """What must be true of one lane."""

    waiting: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    holder: tuple[str, int] | None = None
    newest: int = 0
    taken: int | None = None
    """The epoch that nobody gave back, its time over or not."""
    turn: Turn | None = None
    generation: int = 0
    history: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    def held(self, epoch: int) -> bool:
        return self.holder is not None and self.holder[1] == epoch


def machine_on(url: str) -> type[RuleBasedStateMachine]:
    """The machine, its lanes on the server at `url`."""

    class LaneMachine(RuleBasedStateMachine):
        epochs: Bundle[int] = Bundle("epochs")

        def __init__(self) -> None:
            super().__init__()
            self.runner, self.stack, self.plain = asyncio.Runner(), AsyncExitStack(), Plain()

        def does(self, work: Coroutine[Any, Any, T]) -> T:
            return self.runner.run(work)

        @initialize(target=epochs)
        def opened(self) -> Any:
            store = self.does(self.stack.enter_async_context(open_store(url)))
            self.lane = Scripts(store, Lane(ConversationKey("discord", "machine", str(next(numbers))), "ada"))
            return multiple(0)

        def teardown(self) -> None:
            self.does(self.stack.aclose())
            self.runner.close()

        @rule(event=EVENTS)
        def join(self, event: str) -> None:
            plain = self.plain
            if event in plain.seen:
                expected = "pending" if plain.waiting else "seen"
            elif len(plain.waiting) >= MOST:
                expected = "full"
            else:
                expected = "joined"
                plain.seen.add(event)
                plain.waiting.append(event)
            assert self.does(self.lane.join(event, most=MOST)) == expected

        @rule(target=epochs, token=st.sampled_from(["us", "them"]))
        def take(self, token: str) -> Any:
            epoch = self.does(self.lane.take(token))
            if self.plain.holder is None:
                assert epoch > self.plain.newest
                self.plain.holder, self.plain.newest, self.plain.taken = (token, epoch), epoch, epoch
            elif self.plain.holder[0] == token:
                assert epoch == self.plain.holder[1]
            else:
                assert epoch == 0
            return epoch if epoch else multiple()

        @rule(epoch=epochs)
        def renew(self, epoch: int) -> None:
            held = self.plain.held(epoch)
            stop = self.plain.turn.name if held and self.plain.turn and self.plain.turn.stop else ""
            assert self.does(self.lane.renew(epoch)) == (held, stop)

        @rule(epoch=epochs)
        def release(self, epoch: int) -> None:
            mine = epoch == self.plain.taken
            assert self.does(self.lane.release(epoch)) is mine
            if mine:
                self.plain.taken, self.plain.holder = None, None

        @precondition(lambda self: self.plain.holder is not None)
        @rule()
        def time_passes(self) -> None:
            """The holder died, or slept: its lease is over, and nobody has noticed."""
            self.does(self.lane.store._client.hset(self.lane.of.lease, "ends", 1))
            self.plain.holder = None

        @rule(epoch=epochs, size=st.integers(1, MOST))
        def begin(self, epoch: int, size: int) -> None:
            plain = self.plain
            if not plain.waiting:
                return
            journal = self.does(self.lane.begin(epoch, plain.waiting[0], min(size, len(plain.waiting))))
            if not plain.held(epoch):
                assert journal == {}
                return
            if plain.turn is None:
                plain.turn = Turn(plain.waiting[0], min(size, len(plain.waiting)), plain.generation)
            plain.turn.attempts += 1
            assert journal["epoch"] == str(epoch)

        @rule(epoch=epochs, parts=st.sampled_from("xy"))
        def note(self, epoch: int, parts: str) -> None:
            if self.plain.turn is None:
                return
            held = self.plain.held(epoch)
            assert self.does(self.lane.note(epoch, parts=parts)) is held
            if held:
                self.plain.turn.parts = parts

        @rule(epoch=epochs, filed=st.booleans())
        def remember(self, epoch: int, filed: bool) -> None:
            plain = self.plain
            if plain.turn is None:
                return
            held, name = plain.held(epoch), plain.turn.name
            entry = f"answer to {name}" if filed else ""
            assert self.does(self.lane.remember(epoch, name, entry, keep=KEEP)) is held
            if not held:
                return
            plain.turn.outcome = "fine"
            if filed and plain.turn.generation == plain.generation and entry not in plain.history:
                plain.history = [*plain.history, entry][-KEEP:]

        @rule(epoch=epochs)
        def finish(self, epoch: int) -> None:
            plain = self.plain
            waiting = self.does(self.lane.finish(epoch, plain.turn.name if plain.turn else ""))
            if not plain.held(epoch):
                assert waiting == -1
                return
            if plain.turn:
                plain.answered += plain.waiting[: plain.turn.count]
                plain.waiting, plain.turn = plain.waiting[plain.turn.count :], None
            assert waiting == len(plain.waiting)
            if not plain.waiting:
                plain.holder = plain.taken = None

        @rule()
        def stop(self) -> None:
            turn = self.plain.turn
            runs = turn is not None and not turn.outcome
            assert self.does(self.lane.stop()) == (turn.name if turn and runs else "")
            if turn and runs:
                turn.stop = True

        @rule()
        def reset(self) -> None:
            assert self.does(self.lane.reset()) == len(self.plain.history)
            self.plain.generation += 1
            self.plain.history = []

        @rule(epoch=consumes(epochs))
        def forgotten(self, epoch: int) -> None:
            """A process ends and takes its epoch with it."""

        @invariant()
        def agrees(self) -> None:
            if hasattr(self, "lane"):
                self.does(self._agrees())

        async def _agrees(self) -> None:
            plain, lane = self.plain, self.lane
            assert await lane.waiting() == plain.waiting
            assert await lane.indexed() or not plain.waiting, "stranded"
            assert await lane.history() == plain.history
            assert len(set(plain.answered)) == len(plain.answered)
            journal = await lane.journal()
            if plain.turn is None:
                assert journal == {}
            else:
                turn = plain.turn
                assert (journal["turn"], journal["count"], journal["attempts"]) == (turn.name, str(turn.count), str(turn.attempts))
                assert journal.get("outcome", "") == turn.outcome
                assert journal.get("parts", "") == turn.parts
                assert ("stop" in journal) is turn.stop

    return LaneMachine


@pytest.mark.timeout(120)
def test_the_scripts_do_what_the_plain_model_does(redis_server: EmbeddedServer, redis_url: str) -> None:
    assert redis_url
    run_state_machine_as_test(
        machine_on(redis_server.url),
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )
