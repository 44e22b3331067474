"""The ledger on a real store: never over the budget by more than what was held, every call charged once."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.errors import BudgetExhausted
from bot.spend.ledger import HELD_MILLISECONDS, Charge, Ledger, Line
from bot.store.connection import Store
from bot.store.keys import HOLD_SECONDS, SPEND_SECONDS, ServerKeys
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.model import Account, Usage
from tests.fakes.clock import VirtualClock

SERVER, OTHER = ServerKey("discord", "1"), ServerKey("slack", "1")
ADA = Account(SERVER, "ada")
YESTERDAY, TODAY, TOMORROW = "2027-01-14", "2027-01-15", "2027-01-16"


def ledger(store: Store, budget: int | None = 1_000, *, clock: VirtualClock | None = None) -> Ledger:
    return Ledger(store, clock=clock or VirtualClock(), budget=budget)


def charge(call: str, cost: int, *, account: Account = ADA, model: str = "model", usage: Usage | None = None, day: str = TODAY) -> Charge:
    return Charge(call, account, day, model, usage or Usage(input=10, output=5), cost)


async def expired_hold(store: Store, call: str, amount: int) -> None:
    """A hold as a process that died long ago has left it."""
    keys = ServerKeys(SERVER)
    touched = [keys.spend(TODAY), keys.holds, keys.spend(YESTERDAY)]
    await store.run("hold", touched, [call, amount, "", 0, TODAY, SPEND_SECONDS, HOLD_SECONDS])


async def test_today_is_the_utc_day(store: Store) -> None:
    clock = VirtualClock()
    book = ledger(store, clock=clock)
    assert book.today() == datetime.fromtimestamp(clock.now(), UTC).date().isoformat() == TODAY
    await clock.advance(86_400)
    assert book.today() == TOMORROW


async def test_holds_add_up_to_the_budget_and_not_beyond(store: Store) -> None:
    book = ledger(store)
    await book.hold("a", ADA, amount=600, day=TODAY)
    await book.hold("b", ADA, amount=400, day=TODAY)
    with pytest.raises(BudgetExhausted):
        await book.hold("c", ADA, amount=1, day=TODAY)
    await book.hold("free", ADA, amount=0, day=TODAY)


async def test_the_same_call_is_held_once(store: Store) -> None:
    book = ledger(store)
    for _ in range(3):
        await book.hold("a", ADA, amount=600, day=TODAY)
    await book.hold("b", ADA, amount=400, day=TODAY)


async def test_settling_frees_what_was_held_beyond_the_cost(store: Store) -> None:
    book = ledger(store)
    await book.hold("a", ADA, amount=1_000, day=TODAY)
    assert await book.settle(charge("a", 100))
    await book.hold("b", ADA, amount=900, day=TODAY)
    with pytest.raises(BudgetExhausted):
        await book.hold("c", ADA, amount=1, day=TODAY)


async def test_a_call_is_charged_once_however_often_it_is_settled(store: Store) -> None:
    book = ledger(store)
    await book.hold("a", ADA, amount=500, day=TODAY)
    assert [await book.settle(charge("a", cost)) for cost in (100, 100, 999)] == [True, False, False]
    assert (await book.day(SERVER, TODAY)).spent == 100


async def test_fifty_turns_at_once_are_never_over_by_more_than_what_was_held(store: Store) -> None:
    book, cost = ledger(store, 1_000), 90

    async def one(number: int) -> bool:
        account = Account(SERVER, f"user-{number}")
        try:
            await book.hold(f"call-{number}", account, amount=100, day=TODAY)
        except BudgetExhausted:
            return False
        await asyncio.sleep(0)
        return await book.settle(charge(f"call-{number}", cost, account=account))

    allowed = sum(await asyncio.gather(*(one(number) for number in range(50))))
    day = await book.day(SERVER, TODAY)
    assert day.spent == allowed * cost
    assert 10 <= allowed <= 11, "ten fit by what they hold; an eleventh only by what others gave back"
    assert day.spent <= 1_000


async def test_fifty_holds_at_once_let_in_exactly_what_fits(store: Store) -> None:
    book = ledger(store, 1_050)
    held = await asyncio.gather(*(book.hold(str(number), ADA, amount=100, day=TODAY) for number in range(50)), return_exceptions=True)
    assert sum(outcome is None for outcome in held) == 10
    assert all(outcome is None or isinstance(outcome, BudgetExhausted) for outcome in held)


async def test_servers_and_days_have_budgets_of_their_own(store: Store) -> None:
    book = ledger(store, 100)
    await book.hold("a", ADA, amount=100, day=TODAY)
    await book.hold("b", Account(OTHER, "ada"), amount=100, day=TODAY)
    await book.hold("c", ADA, amount=100, day=TOMORROW)
    with pytest.raises(BudgetExhausted):
        await book.hold("d", ADA, amount=1, day=TODAY)


async def test_without_a_budget_everything_is_held_and_counted(store: Store) -> None:
    book = ledger(store, None)
    await book.hold("a", ADA, amount=10**12, day=TODAY)
    await book.settle(charge("a", 10**12))
    assert (await book.day(SERVER, TODAY)).spent == 10**12


async def test_a_budget_of_nothing_allows_only_what_is_free(store: Store) -> None:
    await ledger(store, 0).hold("free", ADA, amount=0, day=TODAY)
    with pytest.raises(BudgetExhausted):
        await ledger(store, 0).hold("a", ADA, amount=1, day=TODAY)


async def test_a_hold_whose_process_died_is_charged_as_an_estimate(store: Store) -> None:
    await expired_hold(store, "dead", 300)
    book = ledger(store, 1_000)
    await book.hold("a", ADA, amount=700, day=TODAY)
    day = await book.day(SERVER, TODAY)
    assert (day.spent, day.estimated) == (300, 300)
    with pytest.raises(BudgetExhausted):
        await book.hold("b", ADA, amount=1, day=TODAY)
    assert (await book.day(SERVER, TODAY)).spent == 300, "once"


async def test_a_process_that_died_before_midnight_is_charged_to_its_own_day(store: Store) -> None:
    await expired_hold(store, "dead", 300)
    book = ledger(store, 1_000)
    await book.hold("a", ADA, amount=1_000, day=TOMORROW)
    assert (await book.day(SERVER, TODAY)).spent == 300
    assert (await book.day(SERVER, TOMORROW)).spent == 0


async def test_a_call_that_settles_after_its_hold_was_charged_is_charged_once(store: Store) -> None:
    await expired_hold(store, "late", 300)
    book = ledger(store, 1_000)
    await book.hold("a", ADA, amount=1, day=TODAY)
    assert await book.settle(charge("late", 40))
    day = await book.day(SERVER, TODAY)
    assert (day.spent, day.estimated) == (40, 0)


async def test_a_hold_outlives_a_long_answer(store: Store) -> None:
    assert HELD_MILLISECONDS >= 10 * 60 * 1000
    book = ledger(store, 100)
    await book.hold("a", ADA, amount=100, day=TODAY)
    with pytest.raises(BudgetExhausted):
        await book.hold("b", ADA, amount=100, day=TODAY)
    assert (await book.day(SERVER, TODAY)).spent == 0


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "It resets at 00:00 UTC, in 16 h 0 min."),
        (1, "in 16 h 0 min."),
        (16 * 3_600 - 1, "in 0 h 1 min."),
        (15 * 3_600 + 60, "in 0 h 59 min."),
        (16 * 3_600, "in 24 h 0 min."),
    ],
)
async def test_a_refusal_says_when_it_resets(store: Store, seconds: int, says: str) -> None:
    clock = VirtualClock()
    await clock.advance(seconds)
    with pytest.raises(BudgetExhausted) as refused:
        await ledger(store, 0, clock=clock).hold("a", ADA, amount=1, day=TODAY)
    assert says in refused.value.user_text
    assert "budget" in refused.value.user_text


async def test_a_day_tells_people_and_models_apart(store: Store) -> None:
    book, spaced = ledger(store, None), Account(SERVER, "Ada of Lovelace%20")
    await book.settle(charge("1", 7, usage=Usage(input=10, output=5, cached=4)))
    await book.settle(charge("2", 3, usage=Usage(input=1, output=1, estimated=True)))
    await book.settle(charge("3", 5, model="other model"))
    await book.settle(charge("4", 0, account=spaced, usage=Usage()))
    await book.settle(charge("5", 9, account=Account(OTHER, "ada")))
    day = await book.day(SERVER, TODAY)
    assert (day.date, day.spent, day.estimated) == (TODAY, 15, 3)
    assert set(day.lines) == {
        Line("ada", "model", input=11, output=6, cached=4, cost=10, calls=2),
        Line("ada", "other model", input=10, output=5, cost=5, calls=1),
        Line("Ada of Lovelace%20", "model", calls=1),
    }


async def test_a_day_without_calls_is_empty(store: Store) -> None:
    day = await ledger(store).day(SERVER, TODAY)
    assert (day.spent, day.estimated, day.lines) == (0, 0, ())
