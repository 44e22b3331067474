"""Which waiting messages become one turn, and what it is called."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.connection import Store
from bot.turns.journal import Journal
from bot.turns.lease import Leases
from bot.turns.mailbox import Mailbox
from bot.turns.turn import Turn, turn_id
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, BOB, CHANNEL, THREAD
from tests.engine.turns.crew import message
from tests.fakes.clock import VirtualClock

WAITING = st.lists(st.builds(message, st.sampled_from(["a", "b", "order"]), author=st.sampled_from([ADA, BOB])), max_size=8)


def is_order(inbound: Inbound) -> bool:
    return inbound.text == "order"


async def turns_of(store: Store, waiting: list[Inbound]) -> list[Turn]:
    """Everything, turn by turn."""
    lane, turns = Lane(THREAD), list[Turn]()
    mailbox, leases = Mailbox(store, most=99), Leases(store, clock=VirtualClock(), seconds=60)
    for inbound in waiting:
        await mailbox.join(inbound, lane, order=is_order(inbound))
    async with leases.hold(lane) as lease:
        assert lease
        while isinstance(turn := await leases.next_turn(lease), Turn):
            turns.append(turn)
            await Journal(store, turn_seconds=60).finish(lease, turn)
    return turns


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=WAITING)
async def test_turns_take_everything_once_in_order_one_author_at_a_time_and_orders_alone(store: Store, said: list[Inbound]) -> None:
    await store._client.flushdb()
    waiting = [replace(inbound, id=f"m {number}/ü") for number, inbound in enumerate(said)]
    found = await turns_of(store, waiting)
    turns = [turn.messages for turn in found]
    assert [inbound for turn in turns for inbound in turn] == waiting
    assert [turn.id for turn in found] == [turn_id(Lane(THREAD), turn.messages[0].id) for turn in found]
    for turn, following in zip(turns, [*turns[1:], ()], strict=False):
        assert len({inbound.author for inbound in turn}) == 1
        assert len(turn) == 1 or not any(is_order(inbound) for inbound in turn)
        ends = not following or is_order(turn[0]) or is_order(following[0]) or following[0].author != turn[0].author
        assert ends, "as much as may be said in one turn"


async def test_a_name_does_not_make_an_author(store: Store) -> None:
    waiting = [message("a"), message("b", author=replace(ADA, name="Ada L."))]
    assert [len(turn.messages) for turn in await turns_of(store, waiting)] == [2]


def test_a_turn_is_named_for_its_lane_and_first_message() -> None:
    names = {turn_id(lane, event) for lane in (Lane(THREAD), Lane(CHANNEL), Lane(CHANNEL, "ada")) for event in ("1", "2")}
    assert len(names) == 6
    assert turn_id(Lane(THREAD), "1") == turn_id(Lane(replace(THREAD)), "1")
    assert all(len(name) == 20 and int(name, 16) >= 0 for name in names)
