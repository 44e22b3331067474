"""Native streams, as people see them."""

from itertools import pairwise

from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Answered, Failed, Notice, Stopped, TextDelta
from tests.adapters.slack.streaming import AGAIN, shown, studio, versions
from tests.fakes.server import Fault
from tests.fakes.slack.server import SlackServer

WORDS = [f"word{number} " for number in range(40)]


async def test_pain_18_five_words_are_seen_at_once(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        began = room.clock.elapsed
        surface.show(TextDelta("Rain falls in the night."))
        await server.wait_for(lambda: room.answers(question)[0].text)
        assert room.clock.elapsed == began, "no buffer, no wait"
        await room.clock.run_until(surface.settle(Answered("Rain falls in the night."), [AGAIN]))
        (answer,) = room.answers(question)
        assert versions(answer) == ["", "Rain falls in the night."]
        assert not answer.streaming
        assert [len(server.calls(f"chat.{method}")) for method in ("startStream", "appendStream", "stopStream", "update")] == [1, 1, 1, 0]


async def test_an_answer_grows_and_ends_with_its_buttons(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        await room.clock.run_until(room.answered(address, WORDS))
        (answer,) = room.answers(question)
        assert answer.text.split() == "".join(WORDS).split()
        assert len(answer.versions) > 15
        assert all(after.startswith(before) for before, after in pairwise(versions(answer)))
        (block,) = answer.blocks
        assert [Button.parse(element["value"]) for element in block["elements"]] == [AGAIN]
        assert answer.metadata == {"event_type": "parley_reply", "event_payload": {"nonce": "n-0"}}
        (start,) = server.calls("chat.startStream")
        assert (start["recipient_user_id"], start["recipient_team_id"]) == (address.data["user"], server.team.id)
        assert not any("blocks" in call or "chunks" in call for call in server.calls("chat.appendStream"))


async def test_somebody_from_another_workspace_is_named_with_it(server: SlackServer) -> None:
    async with studio(server) as room:
        far = server.add_team("Elsewhere", installed=False)
        stranger = server.add_user("stranger", team=far)
        _, address = room.asks(stranger)
        await room.clock.run_until(room.answered(address, WORDS[:3]))
        (start,) = server.calls("chat.startStream")
        assert (start["recipient_user_id"], start["recipient_team_id"]) == (stranger.id, far.id)


async def test_pain_05_an_answer_of_six_minutes_is_whole(server: SlackServer) -> None:
    async with studio(server, patience=0.004) as room:
        question, address = room.asks()
        chunks = [f"Word {number} of a slow answer.{' ' if number % 6 else chr(10) * 2}" for number in range(180)]
        await room.clock.run_until(room.answered(address, chunks, every=2.0))
        answers = room.answers(question)
        assert len(answers) == 2
        assert shown(answers).split() == "".join(chunks).split()
        assert not any(answer.streaming for answer in answers)
        assert answers[1].text.startswith("Word "), "the page is turned between sentences"
        assert 190 < server.streams.ages[answers[0].ts] < 240
        assert server.calls("chat.update") == []


async def test_pain_09_a_long_answer_goes_on_in_a_fresh_message(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        chunks = [f"{number}: 你好，这是一个段落。" * 12 + "\n\n" for number in range(60)]
        await room.clock.run_until(room.answered(address, chunks, every=0.2))
        answers = room.answers(question)
        assert len(answers) > 1
        assert all(len(version.encode()) <= 9_000 for answer in answers for version in versions(answer))
        assert shown(answers).split() == "".join(chunks).split()
        assert not any(answer.streaming for answer in answers)
        assert [bool(answer.blocks) for answer in answers] == [False] * (len(answers) - 1) + [True]


async def test_a_model_that_fails_before_any_text_ends_the_stream(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        await room.clock.run_until(surface.settle(Failed("The model did not answer.")))
        (answer,) = room.answers(question)
        assert "The model did not answer." in answer.text
        assert not answer.streaming


async def test_another_text_in_the_end_stands_by_an_update(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        await room.clock.run_until(room.answered(address, WORDS[:9], outcome=Answered("Something else.")))
        (answer,) = room.answers(question)
        assert answer.text == "Something else."
        assert not answer.streaming
        assert len(server.calls("chat.stopStream")) == 1


async def test_pain_05_a_stream_that_slack_ended_is_rescued(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        surface.show(TextDelta("The beginning"))
        await room.clock.advance(400.0)
        surface.show(TextDelta(" and the end."))
        await room.clock.advance(10.0)
        await room.clock.run_until(surface.settle(Answered("The beginning and the end."), [AGAIN]))
        (answer,) = room.answers(question)
        assert answer.text == "The beginning and the end."
        assert not answer.streaming
        assert len(server.calls("chat.update")) == 2, "it grew and got its buttons"


async def test_a_pause_as_long_as_a_stream_lives_costs_nothing(server: SlackServer) -> None:
    for pause in (200.0, 225.0, 239.0, 250.0, 295.0, 303.0, 307.0):
        async with studio(server) as room:
            question, address = room.asks()
            await room.clock.run_until(room.answered(address, ["Some words and ", "some more. ", "The end."], every=pause))
            assert " ".join(shown(room.answers(question)).split()) == "Some words and some more. The end."
            assert not any(answer.streaming for answer in room.answers(question))


async def test_people_stop_a_stream_by_slacks_own_button(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks_directly()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        surface.show(TextDelta("The beginning"))
        await room.clock.advance(2.0)
        server.streams.stopped_by_person(room.answers(question)[0])
        await room.clock.run_until(surface.settle(Stopped("The beginning"), [AGAIN]))
        (answer,) = room.answers(question)
        assert answer.text.startswith("The beginning")
        assert "Stopped." in answer.text
        await room.clock.run_until(room.platform.aclose())
        assert server.world.sessions[address.data["channel"], question.ts] == ["processing", "active"]


async def test_the_session_of_a_dm_is_moved_on_by_the_end_of_the_stream(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks_directly()
        await room.clock.run_until(room.answered(address, WORDS))
        assert server.world.sessions[address.data["channel"], question.ts] == ["processing", "active"]
        assert server.calls("agents.sessions.setStatus")[0]["status"] == "processing"
        assert len(server.calls("agents.sessions.setStatus")) == 1


async def test_a_stream_that_somebody_deleted_is_started_anew(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        surface.show(TextDelta("The beginning"))
        await room.clock.advance(2.0)
        (gone,) = room.answers(question)
        await room.clock.run_until(server.deletes(gone))
        await room.clock.run_until(surface.settle(Answered("The beginning and the end.")))
        (answer,) = room.answers(question)
        assert (answer.text, answer.streaming) == ("The beginning and the end.", False)


async def test_too_much_for_slack_is_rescued(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        server.streams.refusals["chat.appendStream"].extend(["msg_too_long"])
        await room.clock.run_until(room.answered(address, WORDS))
        (answer,) = room.answers(question)
        assert answer.text.split() == "".join(WORDS).split()
        assert not answer.streaming


async def test_an_append_of_unknown_fate_doubles_nothing(server: SlackServer) -> None:
    for fault in (Fault(drop_after=True), Fault(drop_before=True), Fault(status=500)):
        async with studio(server) as room:
            question, address = room.asks()
            server.faults.add(match=("POST", "chat.appendStream"), fault=fault)
            await room.clock.run_until(room.answered(address, WORDS))
            (answer,) = room.answers(question)
            assert answer.text.split() == "".join(WORDS).split()
            assert not answer.streaming


async def test_a_start_of_unknown_fate_is_found_and_goes_on_as_a_stream(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        server.faults.add(match=("POST", "chat.startStream"), fault=Fault(drop_after=True))
        await room.clock.run_until(room.answered(address, WORDS))
        (answer,) = room.answers(question)
        assert answer.text.split() == "".join(WORDS).split()
        assert not answer.streaming
        assert len(server.calls("chat.startStream")) == 1
        assert server.calls("chat.update") == []


async def test_a_start_that_never_arrived_is_repeated(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        server.faults.add(match=("POST", "chat.startStream"), fault=Fault(drop_before=True))
        await room.clock.run_until(room.answered(address, WORDS))
        (answer,) = room.answers(question)
        assert answer.text.split() == "".join(WORDS).split()


async def test_what_passes_is_said_by_slacks_own_line_and_never_covers_text(server: SlackServer) -> None:
    async with studio(server) as room:
        question, address = room.asks()
        surface = room.surface(address)
        await room.clock.run_until(surface.open())
        surface.show(Notice("The model is busy. Trying another one."))
        await room.clock.advance(9.0)
        surface.show(TextDelta("Here it is."))
        await room.clock.advance(2.0)
        surface.show(Notice("Too late for this."))
        await room.clock.advance(2.0)
        await room.clock.run_until(surface.settle(Answered("Here it is.")))
        await room.clock.run_until(room.platform.aclose())
        (answer,) = room.answers(question)
        assert versions(answer) == ["", "Here it is."]
        statuses = server.world.statuses[address.data["channel"], question.ts]
        assert statuses == ["is thinking…", "The model is busy. Trying another one.", ""]
