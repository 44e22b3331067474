"""Stop: by whom, for whom, by which way it reaches the process that runs the turn."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import NotAllowed
from bot.store.keys import LaneKeys
from bot.turns.journal import Journal
from bot.turns.stopping import NOT_YOURS
from bot.turns.turn import turn_id
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.controls import PressKind
from bot.vocabulary.conversation import Author, Authority, ConversationKey
from bot.vocabulary.inbound import Press
from bot.vocabulary.lane import Lane
from tests.engine.samples import ADA, ADMIN, BOB, CHANNEL, THREAD, call
from tests.engine.turns.crew import Crew, Speaker, message, until


def stop_by(author: Author, place: ConversationKey = CHANNEL) -> CommandCall:
    """As ordered in `place`."""
    return replace(call("stop", author=author, conversation=place), exclusive=bool(place.thread))


def pressed(turn: str, author: Author, place: ConversationKey) -> Press:
    """The button under `turn`, which does not know what kind of place it is in."""
    return Press("press", PressKind.STOP, turn, author, place)


async def running(crew: Crew, model: Speaker, *texts: str) -> None:
    await until(lambda: sorted(crew.platform.said) == sorted(texts) and len(model.asked) == len(texts))


@pytest.mark.parametrize("published", [True, False])
async def test_it_reaches_another_process_at_once_or_with_its_next_renewal(crew: Crew, published: bool) -> None:
    model, idle = Speaker(("beginning", asyncio.Event())), Speaker()
    elsewhere = crew.made(idle)
    async with crew.at_work(model, lease=60.0 if published else 0.3) as process:
        await process.hears(message("hello"))
        await running(crew, model, "beginning")
        if published:
            await until(lambda: _stopped(crew, elsewhere.journal))
        else:  # the publication was lost: only the field stands
            await crew.store.run("stop", [LaneKeys(Lane(THREAD)).journal], ["", "", "", ""])
        await crew.done()
    assert model.closed == 1
    assert crew.platform.said == ["beginning\n\n_Stopped._"]
    assert await crew.history() == [("hello", "beginning")]


async def _stopped(crew: Crew, journal: Journal) -> bool:
    await journal.stop(Lane(THREAD))  # again and again: the listener may not have begun to listen
    return crew.platform.said != ["beginning"]


async def test_people_stop_their_own_lane_in_a_channel_and_moderators_every_one(crew: Crew) -> None:
    model = Speaker(*(("beginning", asyncio.Event()),) * 2)
    async with crew.at_work(model) as process:
        for author in (ADA, BOB):
            await process.hears(message(author.name, author=author, conversation=CHANNEL))
        await running(crew, model, "beginning", "beginning")
        stopping = process.stopping
        assert not await stopping.stop(stop_by(Author("eve", "Eve")))
        assert await stopping.stop(stop_by(ADA))
        await until(lambda: crew.platform.reply("Ada") == "beginning\n\n_Stopped._")
        assert crew.platform.reply("Bob") == "beginning"
        assert await stopping.stop(stop_by(Author("mod", "Mod", Authority.MODERATOR)))
        await crew.done()
        assert crew.platform.reply("Bob") == "beginning\n\n_Stopped._"
        assert not await stopping.stop(stop_by(ADMIN))


async def test_anybody_stops_in_a_thread(crew: Crew) -> None:
    model = Speaker(("beginning", asyncio.Event()))
    async with crew.at_work(model) as process:
        await process.hears(message("hello"))
        await running(crew, model, "beginning")
        assert await process.stopping.stop(stop_by(BOB, THREAD))
        await crew.done()
    assert crew.platform.said == ["beginning\n\n_Stopped._"]


@pytest.mark.parametrize("place", [THREAD, CHANNEL])
async def test_a_button_stops_its_own_turn_and_no_other(crew: Crew, place: ConversationKey) -> None:
    model = Speaker(("beginning", asyncio.Event()))
    hello = message("hello", conversation=place)
    async with crew.at_work(model) as process:
        await process.hears(hello)
        await running(crew, model, "beginning")
        assert not await process.stopping.pressed(pressed("another turn", ADA, place))
        assert await process.stopping.pressed(pressed(turn_id(Lane.of(hello), "hello"), ADA, place))
        await crew.done()
    assert crew.platform.said == ["beginning\n\n_Stopped._"]


@pytest.mark.parametrize("place", [THREAD, CHANNEL])
async def test_a_button_is_its_askers_and_moderators_whatever_place_it_is(crew: Crew, place: ConversationKey) -> None:
    model = Speaker(("beginning", asyncio.Event()))
    hello = message("hello", conversation=place)
    turn = turn_id(Lane.of(hello), "hello")
    async with crew.at_work(model) as process:
        await process.hears(hello)
        await running(crew, model, "beginning")
        with pytest.raises(NotAllowed) as refused:
            await process.stopping.pressed(pressed(turn, BOB, place))
        assert refused.value.user_text == NOT_YOURS
        assert crew.platform.said == ["beginning"]
        assert await process.stopping.pressed(pressed(turn, Author("mod", "Mod", Authority.MODERATOR), place))
        await crew.done()
        assert not await process.stopping.pressed(pressed(turn, BOB, place)), "it is over"
    assert crew.platform.said == ["beginning\n\n_Stopped._"]


async def test_a_stop_before_the_first_word_leaves_a_word(crew: Crew) -> None:
    model = Speaker((asyncio.Event(),))
    async with crew.at_work(model) as process:
        await process.hears(message("hello"))
        await running(crew, model, "…")
        assert await process.stopping.stop(stop_by(ADA, THREAD))
        await crew.done()
    assert crew.platform.said == ["Stopped."]
    assert await crew.history() == []


async def test_a_stop_ends_one_turn_and_not_the_next(crew: Crew) -> None:
    model = Speaker(("beginning", asyncio.Event()))
    async with crew.at_work(model) as process:
        await process.hears(message("hello"))
        await running(crew, model, "beginning")
        await process.hears(message("and this", author=BOB))
        assert await process.stopping.stop(stop_by(ADA, THREAD))
        await crew.done()
    assert crew.platform.said == ["beginning\n\n_Stopped._", "heard Bob: and this"]


async def test_what_is_already_answered_cannot_be_stopped(crew: Crew) -> None:
    held, go = asyncio.Event(), asyncio.Event()

    async def hold(step: str) -> None:
        if step == "remembered":
            held.set()
            await go.wait()

    async with crew.at_work(Speaker(), checkpoint=hold) as process:
        await process.hears(message("hello"))
        await held.wait()
        assert not await process.stopping.stop(stop_by(ADA, THREAD))
        go.set()
        await crew.done()
    assert crew.platform.said == ["heard Ada: hello"]


async def test_an_order_to_stop_does_not_find_itself(crew: Crew) -> None:
    answers: list[bool] = []

    async def carry_out(step: str) -> None:
        if step == "opened":
            answers.append(await process.stopping.stop(replace(call("stop", author=ADMIN, conversation=THREAD), id="stop", exclusive=True)))

    async with crew.at_work(Speaker(), checkpoint=carry_out) as process:
        await process.hears(message("stop"))
        await crew.done()
    assert answers == [False]
