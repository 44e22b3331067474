"""Which waiting messages become one turn, and what it is called."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.turns.mailbox import first_turn
from bot.turns.turn import turn_id
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, BOB, CHANNEL, THREAD
from tests.engine.turns.crew import message


def is_order(inbound: Inbound) -> bool:
    return inbound.text == "order"


MESSAGES = st.lists(st.builds(message, st.sampled_from(["a", "b", "order"]), author=st.sampled_from([ADA, BOB])), max_size=8)


@given(waiting=MESSAGES)
def test_turns_take_everything_once_in_order_one_author_at_a_time_and_orders_alone(waiting: list[Inbound]) -> None:
    rest, turns = list(waiting), list[tuple[Inbound, ...]]()
    while rest:
        turns.append(first_turn(rest, is_order))
        assert turns[-1]
        rest = rest[len(turns[-1]) :]
    assert [inbound for turn in turns for inbound in turn] == waiting
    for turn, following in zip(turns, [*turns[1:], ()], strict=False):
        assert len({inbound.author for inbound in turn}) == 1
        assert len(turn) == 1 or not any(is_order(inbound) for inbound in turn)
        ends = not following or is_order(turn[0]) or is_order(following[0]) or following[0].author != turn[0].author
        assert ends, "as much as may be said in one turn"


def test_nothing_waits_and_nothing_is_taken() -> None:
    assert first_turn([], is_order) == ()


def test_a_name_does_not_make_an_author() -> None:
    assert len(first_turn([message("a"), message("b", author=replace(ADA, name="Ada L."))], is_order)) == 2


def test_a_turn_is_named_for_its_lane_and_first_message() -> None:
    names = {turn_id(lane, event) for lane in (Lane(THREAD), Lane(CHANNEL), Lane(CHANNEL, "ada")) for event in ("1", "2")}
    assert len(names) == 6
    assert turn_id(Lane(THREAD), "1") == turn_id(Lane(replace(THREAD)), "1")
    assert all(len(name) == 20 and int(name, 16) >= 0 for name in names)
