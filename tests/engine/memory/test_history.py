"""The part of a conversation's history that the model sees, on a real store."""

import asyncio

import pytest

from bot.memory.exchange import Exchange, Line
from bot.memory.history import Memory
from bot.store.connection import Store
from bot.store.keys import JOURNAL_SECONDS, ConversationKeys
from bot.turns.journal import Journal
from bot.turns.lease import Leases
from bot.turns.mailbox import Mailbox
from bot.turns.result import Result
from bot.turns.turn import Turn
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import Answered
from tests.engine.samples import ADA, CHANNEL, THREAD, inbound
from tests.fakes.clock import VirtualClock


def exchange(text: str) -> Exchange:
    return Exchange(text, (Line(text, ADA.id, ADA.name, text),), f"answer to {text}", 0.0)


@pytest.fixture
def memory(store: Store) -> Memory:
    return Memory(store, seconds=60, messages=4, tokens=1000)


async def file(store: Store, memory: Memory, conversation: ConversationKey, text: str) -> None:
    """One turn, filed as turns are; a moment later than the one before it, as the order goes by milliseconds."""
    await asyncio.sleep(0.002)
    message = inbound(text, conversation=conversation)
    journal = Journal(store, turn_seconds=JOURNAL_SECONDS)
    await Mailbox(store, most=1).join(message, Lane.of(message))
    leases = Leases(store, clock=VirtualClock(), seconds=15)
    async with leases.hold(Lane.of(message)) as lease:
        assert lease is not None
        turn = await leases.next_turn(lease)
        assert isinstance(turn, Turn)
        await journal.remember(lease, Result(Answered("answer"), exchange(text)), keep=memory.keep, seconds=memory.seconds)
        await journal.finish(lease, turn)


async def test_the_newest_exchanges_come_back_oldest_first(store: Store, memory: Memory) -> None:
    for text in ("one", "two", "three"):
        await file(store, memory, THREAD, text)
    assert await memory.recent(THREAD) == (exchange("two"), exchange("three"))
    assert await memory.recent(CHANNEL) == ()


async def test_reset_forgets_this_conversation_and_says_how_much(store: Store, memory: Memory) -> None:
    for text in ("one", "two", "three"):
        await file(store, memory, THREAD, text)
    await file(store, memory, CHANNEL, "elsewhere")
    assert await memory.reset(THREAD) == 3
    assert await memory.recent(THREAD) == ()
    assert await memory.reset(THREAD) == 0
    assert await memory.recent(CHANNEL) == (exchange("elsewhere"),)


async def test_an_entry_of_another_time_is_passed_over(store: Store, memory: Memory) -> None:
    await file(store, memory, THREAD, "old")
    await store.hash_set(ConversationKeys(THREAD).history, {"old": "99 {}"}, ttl=60)
    await file(store, memory, THREAD, "new")
    assert await memory.recent(THREAD) == (exchange("new"),)
    assert ConversationKeys(THREAD).history != ConversationKeys(CHANNEL).history
