"""Who asks: each lane is somebody in a place of their own, or beside somebody else in a channel."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.deeds import deeds_of
from tests.chaos.hands import Diary, Hands
from tests.chaos.plan import LanePlan, Plan
from tests.chaos.words import question
from tests.chaos.world import Asked, World
from tests.fakes.discord import Channel, User

GIVES_UP = 20.0
"""Seconds after which somebody without an answer asks on all the same, so that a message lost does not stop the run."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody, and where they write."""

    lane: LanePlan
    user: User
    channel: Channel


def seated(world: World, plan: Plan) -> list[Seat]:
    """Everybody of a plan. A server for each thread and each channel: its money tells the calls of its lanes from all others."""
    seats: list[Seat] = []
    shared: Channel | None = None
    for lane in plan.lanes:
        beside = shared if lane.place == "channel" else None
        guild = beside.guild if beside else world.add_guild(f"Server {lane.number}")
        user = world.add_user(f"person{lane.number}", display=f"Person {lane.number}", guild=guild)
        channel = beside or _place(world, lane, user)
        if lane.place == "channel":
            shared = None if beside else channel
        seats.append(Seat(lane, user, channel))
    return seats


def _place(world: World, lane: LanePlan, user: User) -> Channel:
    guild = list(world.guilds.values())[-1]
    if lane.place == "dm":
        return world.dm_with(user)
    channel = world.add_channel(f"channel-{lane.number}", guild=guild)
    return world.add_thread(channel) if lane.place == "thread" else channel


@dataclass(frozen=True, slots=True)
class Company:
    """What all of them share. `asked_one` is called after each question; after the first, everybody waits for everybody."""

    world: World
    seed: int
    diary: Diary
    asked_one: Callable[[], Awaitable[None]]
    greeted: asyncio.Barrier


async def converse(company: Company, seat: Seat) -> None:
    """All the rounds of a lane. What was not answered is seen afterwards."""
    number, hands = 0, Hands(company.world, seat.user, seat.channel, company.diary)
    for each in seat.lane.rounds:
        asked: list[Asked] = []
        for pause in each.pauses:
            await asyncio.sleep(pause)
            asked.append(await company.world.question(question(seat.lane.number, number), seat.user, seat.channel))
            number += 1
            await company.asked_one()
        greets, last = each is seat.lane.rounds[0], asked[-1]
        deeds = deeds_of(company.seed, last.name, alone=len(asked) == 1)
        if not greets:
            await hands.meanwhile(last, deeds)
        await _answered(asked)
        if greets:
            await company.greeted.wait()
        elif last.answered.is_set():
            await hands.afterwards(last, deeds)


async def _answered(asked: list[Asked]) -> None:
    try:
        async with asyncio.timeout(GIVES_UP):
            for each in asked:
                await each.answered.wait()
    except TimeoutError:
        return
