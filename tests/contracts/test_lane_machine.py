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
    author: str
    attempts: int = 0
    deaths: int = 0
    process: str = ""
    """Whoever began it last and left no word."""
    outcome: str = ""
    stop: bool = False
    why: str = ""
    parts: str = ""


@dataclass
class Plain:
    """What must be true of one lane."""

    waiting: list[tuple[str, str, bool]] = field(default_factory=list)
    """Event, author, and whether it is an order."""
    seen: set[str] = field(default_factory=set)
    holder: tuple[str, int] | None = None
    newest: int = 0
    taken: int | None = None
    """The epoch that nobody gave back, its time over or not."""
    turn: Turn | None = None
    generation: int = 0
    history: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    signs: set[str] = field(default_factory=set)

    def held(self, epoch: int) -> bool:
        """In time or late, as long as nobody else has taken the lane."""
        return epoch == self.taken

    def batch(self) -> int:
        """How many messages at the head are one turn."""
        _, author, order = self.waiting[0]
        same = 1
        while not order and same < len(self.waiting) and self.waiting[same][1:] == (author, False):
            same += 1
        return same

    def events(self) -> list[str]:
        return [event for event, _, _ in self.waiting]


def machine_on(url: str) -> type[RuleBasedStateMachine]:
    """The machine, its lanes on the server at `url`."""

    class LaneMachine(RuleBasedStateMachine):
        epochs: Bundle[int] = Bundle("epochs")

        def __init__(self) -> None:
            super().__init__()
            self.runner, self.stack, self.plain, self.token = asyncio.Runner(), AsyncExitStack(), Plain(), ""

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

        @rule(event=EVENTS, author=st.sampled_from(["ada", "bob"]), order=st.booleans())
        def join(self, event: str, author: str, order: bool) -> None:
            plain = self.plain
            if event in plain.seen:
                expected = "pending" if plain.waiting else "seen"
            elif len(plain.waiting) >= MOST:
                expected = "full"
            else:
                expected = "busy" if plain.turn else "joined"
                plain.seen.add(event)
                plain.waiting.append((event, author, order))
            assert self.does(self.lane.join(event, author=author, flags="o" if order else "-", most=MOST)) == expected

        @rule(target=epochs, token=st.sampled_from(["us", "them"]))
        def start(self, token: str) -> Any:
            plain, begun = self.plain, self.does(self.lane.start(token))
            if plain.holder and plain.holder[0] != token:
                assert begun.epoch == 0
                return multiple()
            if not plain.waiting:
                assert begun.epoch == 0
                if plain.holder:
                    plain.holder = plain.taken = None
                return multiple()
            if plain.holder:
                assert begun.epoch == plain.holder[1]
            else:
                assert begun.epoch > plain.newest
                plain.holder, plain.newest, plain.taken = (token, begun.epoch), begun.epoch, begun.epoch
            turn = plain.turn
            if turn is None:
                event, author, _ = plain.waiting[0]
                turn = plain.turn = Turn(self.lane.turn(event), plain.batch(), plain.generation, author)
            elif turn.process not in ("", token):
                turn.deaths += 1
            turn.attempts, turn.process = turn.attempts + 1, token
            assert begun.messages == plain.events()[: turn.count]
            assert begun.past == plain.history
            assert sorted(begun.signs) == sorted(plain.signs & set(begun.messages))
            return begun.epoch

        @rule(epoch=epochs)
        def renew(self, epoch: int) -> None:
            """Late or not: whoever took the lane last and did not give it back."""
            plain, mine = self.plain, epoch == self.plain.taken
            turn = plain.turn if mine else None
            told = (turn.name, turn.why) if turn and turn.stop else ("", "")
            assert self.does(self.lane.renew(epoch)) == (mine, *told)
            if mine and plain.holder is None:
                plain.holder = (self.token, epoch)

        @rule(epoch=epochs)
        def release(self, epoch: int) -> None:
            plain, mine = self.plain, epoch == self.plain.taken
            assert self.does(self.lane.release(epoch)) is mine
            if mine:
                plain.taken, plain.holder = None, None
                if plain.turn:
                    plain.turn.process = ""

        @precondition(lambda self: self.plain.holder is not None)
        @rule()
        def time_passes(self) -> None:
            """The holder died, or slept: its lease is over, and nobody has noticed."""
            self.does(self.lane.expires())
            assert self.plain.holder
            self.token, self.plain.holder = self.plain.holder[0], None

        @rule(event=EVENTS)
        def sign(self, event: str) -> None:
            plain = self.plain
            begun = plain.turn.count if plain.turn else 0
            waits = event in plain.events()[begun:]
            assert self.does(self.lane.sign(event)) is waits
            if waits:
                plain.signs.add(event)

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
                done = plain.events()[: plain.turn.count]
                plain.answered += done
                plain.signs -= set(done)
                plain.waiting, plain.turn = plain.waiting[plain.turn.count :], None
            assert waiting == len(plain.waiting)
            if not plain.waiting:
                plain.holder = plain.taken = None

        @rule(author=st.sampled_from(["", "ada", "bob"]), why=st.sampled_from(["", "steer"]))
        def stop(self, author: str, why: str) -> None:
            turn = self.plain.turn
            runs = turn is not None and not turn.outcome and author in ("", turn.author)
            assert self.does(self.lane.stop(author=author, why=why)) == (turn.name if turn and runs else "")
            if turn and runs and not turn.stop:
                turn.stop, turn.why = True, why

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
            assert await lane.waiting() == plain.events()
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
                assert ("stop" in journal, journal.get("why", "")) == (turn.stop, turn.why)
                assert int(journal.get("deaths", "0")) == turn.deaths

    return LaneMachine


@pytest.mark.timeout(120)
def test_the_scripts_do_what_the_plain_model_does(redis_server: EmbeddedServer, redis_url: str) -> None:
    assert redis_url
    run_state_machine_as_test(
        machine_on(redis_server.url),
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )
