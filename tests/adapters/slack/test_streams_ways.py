"""Which way serves a turn: streams where Slack takes them, updates elsewhere, and nobody sees a difference but the speed."""

import asyncio

import pytest

from adapters.slack.limits import budgets
from bot.vocabulary.reply import Answered, Placeholder, ReplyAddress, TextDelta
from tests.adapters.slack.streaming import AGAIN, shown, studio
from tests.fakes.slack.bolted import client_of
from tests.fakes.slack.server import SlackServer

WORDS = [f"word{number} " for number in range(12)]


@pytest.mark.parametrize("code", ["channel_type_not_supported", "restricted_action_read_only_channel", "missing_recipient_user_id"])
async def test_a_channel_where_streams_are_refused_is_remembered(server: SlackServer, code: str) -> None:
    async with studio(server) as room:
        server.streams.refusals["chat.startStream"].append(code)
        question, address = room.asks()
        await room.clock.run_until(room.answered(address, WORDS))
        again, _ = room.asks(server.world.users[question.user], channel=server.world.channels[question.channel])
        data = dict(address.data, ts=again.ts, thread=again.ts)
        await room.clock.run_until(room.answered(type(address)("slack", data), WORDS))
        assert len(server.calls("chat.startStream")) == 1
        for asked in (question, again):
            (answer,) = room.answers(asked)
            assert answer.text.split() == "".join(WORDS).split()
            assert answer.blocks
        other, elsewhere = room.asks()
        await room.clock.run_until(room.answered(elsewhere, WORDS))
        assert len(server.calls("chat.startStream")) == 2
        assert len(room.answers(other)) == 1


async def test_a_slack_without_streams_is_remembered(server: SlackServer) -> None:
    async with studio(server) as room:
        del server.api.methods["chat.startStream"]
        for _ in range(2):
            question, address = room.asks()
            await room.clock.run_until(room.answered(address, WORDS))
            assert shown(room.answers(question)).split() == "".join(WORDS).split()
        assert len(server.calls("chat.startStream")) == 1


async def test_a_refusal_is_forgotten_in_an_hour(server: SlackServer) -> None:
    async with studio(server) as room:
        server.streams.refusals["chat.startStream"].append("channel_type_not_supported")
        question, address = room.asks()
        await room.clock.run_until(room.answered(address, WORDS))
        await room.clock.advance(3_700.0)
        await room.clock.run_until(room.answered(address, WORDS))
        assert len(server.calls("chat.startStream")) == 2
        assert len(room.answers(question)) == 2


async def test_streams_can_be_switched_off(server: SlackServer) -> None:
    async with studio(server, streams=False) as room:
        question, address = room.asks()
        await room.clock.run_until(room.answered(address, WORDS))
        assert shown(room.answers(question)).split() == "".join(WORDS).split()
        assert server.calls("chat.startStream") == []


async def test_without_a_recipient_there_is_no_stream(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        data = {name: value for name, value in address.data.items() if name != "user_team"}
        await room.clock.run_until(room.answered(type(address)("slack", data), WORDS))
        assert shown(room.answers(question)).split() == "".join(WORDS).split()
        assert server.calls("chat.startStream") == []


async def test_thirty_answers_at_once_meet_no_limit_and_all_are_right(server: SlackServer) -> None:
    async with studio(server, patience=0.004) as room:
        asked = [room.asks() for _ in range(30)]
        answers = asyncio.gather(*(room.answered(address, WORDS, every=1.0) for _, address in asked))
        await room.clock.run_until(answers)
        await room.clock.run_until(room.tidy())  # what came too late as an update was posted anew
        assert [shown(room.answers(question)).split() for question, _ in asked] == ["".join(WORDS).split()] * 30
        assert not any(answer.streaming for question, _ in asked for answer in room.answers(question))
        assert 10 <= len(server.calls("chat.startStream")) <= 20, "the others did not wait for a turn to start one"


async def test_long_answers_share_what_may_be_appended_and_what_may_be_updated(server: SlackServer) -> None:
    """Starts are left for all of them, but appends would not be: whoever begins while those are waited for is updated."""
    words = [f"word{number} " for number in range(60)]

    async def later(number: int, address: ReplyAddress) -> None:
        await room.clock.sleep(3.0 * number)
        await room.answered(address, words, every=1.0)

    async with studio(server, patience=0.004) as room:
        asked = [room.asks() for _ in range(9)]
        await room.clock.run_until(asyncio.gather(*(later(number, address) for number, (_, address) in enumerate(asked))))
        await room.clock.run_until(room.tidy())
        assert [shown(room.answers(question)).split() for question, _ in asked] == ["".join(words).split()] * 9
        assert 4 <= len(server.calls("chat.startStream")) <= 7


async def test_where_no_message_can_be_posted_soon_an_answer_streams(server: SlackServer) -> None:
    """Each channel has a post a second or two, and a start needs none."""
    async with studio(server, patience=0.004) as room:
        asker = server.add_user("asker")
        place = server.add_channel("busy", members=[asker])
        asked = [room.asks(asker, channel=place) for _ in range(3)]
        posts = budgets(server.team.id, place.id)["post"]
        streaming = [asyncio.ensure_future(room.answered(address, WORDS, every=1.0)) for _, address in asked[:2]]
        await room.clock.advance(2.5)  # both wait to append, so that a third would be updated
        crowd = [asyncio.ensure_future(room.pace.turn(posts, urgent=True)) for _ in range(6)]
        await room.clock.run_until(room.answered(asked[2][1], WORDS, every=1.0))
        assert len(server.calls("chat.startStream")) == 3
        await room.clock.run_until(asyncio.gather(*streaming, *crowd))


async def test_all_is_read_before_a_turn_to_stop_comes(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        await room.use_up("stop", address)
        surface.show(TextDelta("The beginning"))
        await room.clock.advance(2.0)
        settling = asyncio.ensure_future(surface.settle(Answered("The beginning and the end.")))
        await room.clock.advance(2.0)
        (answer,) = room.answers(question)
        assert (answer.text, answer.streaming) == ("The beginning and the end.", True)
        await room.clock.run_until(settling)
        assert not answer.streaming


async def test_an_answer_takes_one_turn_to_start_and_one_to_stop(server: SlackServer) -> None:
    async with studio(server) as room:
        _, address = room.asks()
        await room.clock.run_until(room.answered(address, WORDS[:2]))
        assert [await room.use_up(kind, address) for kind in ("start", "stop")] == [19, 19]


async def test_the_rescue_of_a_stream_that_has_ended_needs_no_turn_to_stop(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        await room.use_up("stop", address)
        server.streams.stopped_by_person(room.answers(question)[0])
        surface.show(TextDelta("The beginning"))
        await room.clock.advance(2.0)
        (answer,) = room.answers(question)
        assert answer.text == "The beginning"
        await room.clock.run_until(surface.settle(Answered("The beginning and the end.")))
        assert answer.text == "The beginning and the end."
        assert server.calls("chat.stopStream") == []


async def test_a_page_that_cannot_be_a_stream_is_a_message_of_the_other_kind(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface, text = room.surface(address), "Some words of a long answer. " * 500
        await room.clock.run_until(surface.open())
        await room.use_up("start", address)
        surface.show(TextDelta(text))
        await room.clock.advance(10.0)
        surface.show(TextDelta("The end."))
        await room.clock.advance(10.0)
        await room.clock.run_until(surface.settle(Answered(text + "The end."), [AGAIN]))
        first, second = room.answers(question)
        assert shown([first, second]).split() == (text + "The end.").split()
        assert not first.streaming
        assert [block["type"] for block in second.blocks] == ["markdown", "actions"]
        assert len(server.calls("chat.startStream")) == 1


async def test_what_a_dead_process_left_open_is_closed_by_its_successor(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks_directly()
        dead = room.surface(address)
        await room.clock.run_until(dead.open())
        dead.show(TextDelta("The beginning"))
        await room.clock.advance(2.0)
        (left,) = room.answers(question)
        assert left.streaming
        await dead.abandon()
        part = Placeholder("slack", {"team": server.team.id, "channel": left.channel, "ts": left.ts})
        successor = room.surface(address, resume=[part])
        await room.clock.run_until(successor.open())
        successor.show(TextDelta("The beginning and the end."))
        await room.clock.advance(2.0)
        await room.clock.run_until(successor.settle(Answered("The beginning and the end.")))
        (answer,) = room.answers(question)
        assert (answer.text, answer.streaming) == ("The beginning and the end.", False)
        await room.clock.run_until(room.platform.aclose())
        assert server.world.sessions[address.data["channel"], question.ts][-1] == "active"


async def test_a_stream_that_nobody_knows_is_found_by_the_successor(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        await client_of(server).chat_startStream(
            channel=question.channel, thread_ts=question.ts, recipient_user_id=question.user, recipient_team_id=server.team.id
        )
        successor = room.surface(address, pending="n-0")
        await room.clock.run_until(successor.open())
        await room.clock.run_until(successor.settle(Answered("All of it.")))
        (answer,) = room.answers(question)
        assert (answer.text, answer.streaming) == ("All of it.", False)


async def test_a_successor_takes_no_other_answer_for_the_stream_it_looks_for(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        await room.clock.run_until(room.answered(address, ["Another answer."]))
        successor = room.surface(address, pending="later-0", name="later")
        await room.clock.run_until(successor.open())
        await room.clock.run_until(successor.settle(Answered("All of it.")))
        assert [answer.text for answer in room.answers(question)] == ["Another answer.", "All of it."]
