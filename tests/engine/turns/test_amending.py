"""A message is edited or deleted at the very moment in which the turn is finished that it became part of."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.store.connection import Store
from bot.turns.amending import Amending
from bot.turns.mailbox import Mailbox
from bot.turns.records import Record, Records
from bot.turns.redo import OFFERED
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Amended
from bot.vocabulary.lane import Lane
from tests.engine.samples import THREAD
from tests.engine.turns.crew import Crew, Speaker, message, until

FIRST, SECOND = message("first"), message("second")

Meanwhile = Callable[[], Awaitable[None]]


class SlowMailbox(Mailbox):
    """Whoever looks for a line comes late."""

    def __init__(self, store: Store, meanwhile: Meanwhile) -> None:
        super().__init__(store, most=50)
        self._meanwhile = meanwhile

    async def line(self, lane: Lane, message: str) -> str | None:
        await self._meanwhile()
        return await super().line(lane, message)


class SlowRecords(Records):
    """Whoever looks for a record comes late."""

    def __init__(self, store: Store, meanwhile: Meanwhile) -> None:
        super().__init__(store)
        self._meanwhile = meanwhile

    async def read(self, conversation: ConversationKey, turn: str) -> Record | None:
        await self._meanwhile()
        return await super().read(conversation, turn)


@asynccontextmanager
async def both(crew: Crew) -> AsyncIterator[Amending]:
    """One turn answers both messages; it is finished just after somebody began to amend."""
    gate = asyncio.Event()

    async def finished() -> None:
        gate.set()
        await crew.done()

    async with crew.at_work(Speaker(("Red", gate, "."))) as process:
        await process.hears(FIRST, SECOND, wake=False)
        await process.wakes.wake(Lane(THREAD))
        await until(lambda: crew.platform.said == ["Red"])
        mailbox, records = SlowMailbox(crew.store, finished), SlowRecords(crew.store, finished)
        yield Amending(crew.store, mailbox, process.journal, records, process.reception)
        await crew.done()


async def test_who_edits_a_later_message_of_the_question_is_offered_an_answer_to_it(crew: Crew) -> None:
    async with both(crew) as amending:
        await amending.amend(Amended("second", THREAD, True, "another", "1"))
        await until(lambda: OFFERED in crew.platform.said[0])


async def test_a_later_message_of_the_question_that_is_deleted_is_not_remembered(crew: Crew) -> None:
    async with both(crew) as amending:
        await amending.amend(Amended("second", THREAD, True, None))
        assert await crew.history() == [("first", "Red.")]
