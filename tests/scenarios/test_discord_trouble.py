"""Discord in trouble, and two houses at once: every answer still arrives, whole and once."""

import asyncio

from tests.fakes.model.sayings import Manner
from tests.fakes.model.server import CHAT
from tests.fakes.server import Fault
from tests.scenarios.discord_house import DOTS, Home

GONE = {"message": "Unknown Channel", "code": 10003}


async def test_a_rate_limit_in_the_middle_delays_the_answer_and_takes_nothing_of_it(home: Home) -> None:
    ada = home.person("Ada")
    text = "".join(f"word {number}, " for number in range(30)) + "end."
    home.model.says(text, manner=Manner(chunk=20, delay=0.01))
    home.discord.faults.add(match=("PATCH", rf"/channels/{home.general.id}/"), fault=Fault(429, retry_after=0.3), times=2)
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads(text)
    assert [r.status for r in home.discord.requests if r.method == "PATCH"].count(429) == 2
    assert all(text.startswith(version) for version in home.ever()[0].texts[1:])


async def test_a_discord_that_is_away_for_a_while_gets_the_whole_answer_when_it_is_back(home: Home) -> None:
    ada = home.person("Ada")
    go = asyncio.Event()
    home.model.says("Before", go, ", meanwhile and after.")
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads("Before")
        await home.discord.stop()
        go.set()
        await home.model.wait_for(lambda: [r for r in home.model.sent(CHAT) if r.answered_at])
        await asyncio.sleep(0.2)
        await home.discord.start()
        await home.reads("Before, meanwhile and after.", within=10.0)
    assert len(home.ever()) == 1


async def test_a_placeholder_whose_receipt_was_lost_is_found_again(home: Home) -> None:
    ada = home.person("Ada")
    home.discord.faults.add(match=("POST", rf"/channels/{home.general.id}/messages"), fault=Fault(drop_after=True))
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads("Hello from the model.")
    assert [message.texts for message in home.ever()] == [[DOTS, "Hello from the model."]]


async def test_a_channel_that_is_deleted_in_the_middle_keeps_nobody_waiting(home: Home) -> None:
    ada = home.person("Ada")
    doomed = home.discord.add_channel("doomed", guild=home.guild)
    go = asyncio.Event()
    home.model.says("Half", go, " and half")
    async with home.parley():
        await home.asks(ada, "hello", channel=doomed)
        await home.reads("Half", channel=doomed)
        home.discord.faults.add(match=("*", rf"/channels/{doomed.id}/"), fault=Fault(404, body=GONE), times=1_000)
        go.set()
        await home.discord.wait_for(lambda: [r for r in home.discord.requests if str(doomed.id) in r.path and r.status == 404])
        await home.asks(ada, "and here?")
        await home.reads("Hello from the model.")
    assert len([request for request in home.model.asked if "and here?" not in str(request.body)]) == 1


async def test_two_houses_that_hear_the_same_give_one_answer(home: Home) -> None:
    """As while a new version takes over from an old one: both are connected, and both are told of everything."""
    people = [home.person(f"P{number}") for number in range(4)]
    home.model.answers(lambda request: f"Heard {request.last_user}")
    async with home.parley(), home.parley():
        for person in people:
            await home.asks(person, "hello")
        wanted = sorted(f"Heard {person.display}: hello" for person in people)
        await home.discord.wait_for(lambda: sorted(home.answers()) == wanted)
        await home.order(people[0], "help")
    assert len(home.discord.gateway.identifies) == 2
    assert len(home.model.asked) == len(home.ever()) == 4
