"""Workers that are told to end in mid-answer, and workers that are full."""

import asyncio
from pathlib import Path

from tests.scenarios.discord_house import Home
from tests.topologies.processes import running
from tests.topologies.test_discord_processes import PATIENCE, RECEIVER

LONG_LEASE = 60.0
"""Nobody takes a lane over, and no sweep finds one, while a test runs: what reaches a worker came by a wake."""


async def test_told_to_end_a_worker_finishes_its_answer_under_its_own_lease(home: Home, tmp_path: Path) -> None:
    ada, gate = home.person("Ada"), asyncio.Event()
    home.model.says("Once upon", gate, " a time.")
    settings = home.settings(lease_seconds=2.0, drain_seconds=25.0)
    async with running(settings, tmp_path, "worker") as old, running(settings, tmp_path, *RECEIVER, model=False):
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(ada, "tell me a story")
        await home.reads("Once upon", within=PATIENCE)
        async with running(settings, tmp_path, "worker") as new:
            old.told_to_end()
            await old.says("ending")
            await asyncio.sleep(3.0)  # longer than a lease that nobody renews
            gate.set()
            assert await old.ends() == 0
            await home.reads("Once upon a time.", within=PATIENCE)
            assert (old.troubles, new.troubles) == ([], [])
    assert len(home.model.asked) == len(home.ever()) == 1


async def test_what_a_worker_cannot_finish_in_time_another_one_does(home: Home, tmp_path: Path) -> None:
    ada = home.person("Ada")
    home.model.says("Once upon", asyncio.Event())
    home.model.says("Once upon a time.")
    settings = home.settings(lease_seconds=2.0, drain_seconds=0.2)
    async with running(settings, tmp_path, "worker") as old, running(settings, tmp_path, *RECEIVER, model=False):
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(ada, "tell me a story")
        await home.reads("Once upon", within=PATIENCE)
        async with running(settings, tmp_path, "worker") as new:
            old.told_to_end()
            assert await old.ends() == 0
            await home.reads("Once upon a time.", within=PATIENCE)
            assert (old.troubles, new.troubles) == ([], [])
    assert len(home.ever()) == 1
    assert not [text for text in home.ever()[0].texts if "wrong" in text or "Stopped" in text]


async def test_a_full_worker_leaves_the_next_lane_to_one_with_a_free_slot(home: Home, tmp_path: Path) -> None:
    ada, others, gate = home.person("Ada"), [home.person(name) for name in ("Bob", "Cleo", "Dan", "Eve")], asyncio.Event()
    home.model.says("To Ada", gate)
    home.model.answers(lambda request: f"To {request.last_user}")
    settings = home.settings(lease_seconds=LONG_LEASE, slots=1)
    async with running(settings, tmp_path, "worker") as full, running(settings, tmp_path, *RECEIVER, model=False):
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        await home.asks(ada, "hello")
        await home.reads("To Ada", within=PATIENCE)
        async with running(settings, tmp_path, "worker") as free:
            for other in others:  # one after the other: each would have to wait if the full one took the wake
                channel = home.discord.add_channel(other.name, guild=home.guild)
                await home.asks(other, "hello", channel=channel)
                await home.reads(f"To {other.display}: hello", channel=channel, within=PATIENCE)
            assert not [line for line in full.said if line["event"] == "turn"]
            await free.says("turn", times=4)
            gate.set()
            await full.says("turn")
            assert (full.troubles, free.troubles) == ([], [])
