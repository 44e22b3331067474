"""The clock the other tests rely on."""

import asyncio

import pytest

from bot.vocabulary.clock import Clock
from tests.fakes.clock import VirtualClock


async def test_sleepers_wake_in_order_each_at_its_time() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, *pauses: float) -> None:
        for pause in pauses:
            await clock.sleep(pause)
            woken.append((name, clock.elapsed))

    tasks = [asyncio.create_task(sleeper("a", 2, 2)), asyncio.create_task(sleeper("b", 1, 2))]
    await clock.advance(3.5)
    assert woken == [("b", 1.0), ("a", 2.0), ("b", 3.0)]
    assert clock.sleeping == 1
    await clock.advance(0.5)
    assert woken[-1] == ("a", 4.0)
    assert all(task.done() for task in tasks)


async def test_it_is_a_clock_whose_two_times_differ() -> None:
    clock: Clock = VirtualClock()
    now, monotonic = clock.now(), clock.monotonic()
    assert isinstance(clock, VirtualClock)
    await clock.advance(10)
    assert clock.now() - now == pytest.approx(10)
    assert clock.monotonic() - monotonic == pytest.approx(10)
    assert abs(now - monotonic) > 1_000_000


async def test_no_sleep_is_needed_for_nothing() -> None:
    await VirtualClock().sleep(0)
    await VirtualClock().sleep(-1)


async def test_run_until_lets_pass_what_is_needed() -> None:
    clock = VirtualClock()

    async def work() -> str:
        for _ in range(50):
            await asyncio.sleep(0)
        await clock.sleep(100)
        return "done"

    assert await clock.run_until(work()) == "done"
    assert clock.elapsed == 100


async def test_run_until_gives_errors_on() -> None:
    clock = VirtualClock()

    async def work() -> None:
        await clock.sleep(1)
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        await clock.run_until(work())


async def test_run_until_tells_of_a_wait_without_end() -> None:
    with pytest.raises(AssertionError, match="nobody sleeps"):
        await VirtualClock().run_until(asyncio.Event().wait())


async def test_run_until_has_a_bound() -> None:
    clock = VirtualClock()
    with pytest.raises(AssertionError, match="not done within 5"):
        await clock.run_until(clock.sleep(6), within=5)


async def test_a_cancelled_sleep_holds_nobody_up() -> None:
    clock = VirtualClock()
    task = asyncio.create_task(clock.sleep(5))
    await clock.quiet()
    task.cancel()
    await clock.quiet()
    assert clock.sleeping == 0
    await clock.advance(10)
    assert clock.elapsed == 10


async def test_real_sockets_are_waited_for() -> None:
    clock = VirtualClock(patience=0.01)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()
        await writer.wait_closed()

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        await clock.sleep(30)
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await clock.run_until(ask()) == b"hello\n"
    assert clock.elapsed == 30
