"""Whoever waits for an answer sees it: a light sign on their message until its turn begins."""

import asyncio

from adapters.slack.waiting import SIGN
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Message
from tests.scenarios.slack_house import Acme, over_both


def waits(slack: SlackServer, message: Message) -> bool:
    return slack.team.bot_user in message.reactions.get(SIGN, set())


@over_both
async def test_what_waits_for_a_running_answer_carries_a_sign_until_its_turn(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    go = asyncio.Event()
    acme.model.says("First", go, " answer.")
    acme.model.says("Second answer.")
    async with acme.parley():
        root = await acme.asks(asha, general, "one")
        await acme.reads(general, "First", under=root)
        later = [await acme.says(asha, general, text, under=root) for text in ("two", "three")]
        await acme.slack.wait_for(lambda: all(waits(acme.slack, message) for message in later))
        assert not waits(acme.slack, root)
        go.set()
        await acme.reads(general, "First answer.", "Second answer.", under=root)
        await acme.slack.wait_for(lambda: not any(waits(acme.slack, message) for message in later))


async def test_an_app_without_the_scope_answers_without_signs(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.api.scopes.remove("reactions:write")
    go = asyncio.Event()
    acme.model.says("First", go, " answer.")
    acme.model.says("Second answer.")
    async with acme.parley():
        root = await acme.asks(asha, general, "one")
        await acme.reads(general, "First", under=root)
        later = await acme.says(asha, general, "two", under=root)
        await acme.slack.wait_for(lambda: acme.slack.calls("reactions.add"))
        go.set()
        await acme.reads(general, "First answer.", "Second answer.", under=root)
    assert later.reactions == {}
