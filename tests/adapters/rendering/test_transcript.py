"""The accumulator: text so far and one passing line."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.transcript import Transcript
from bot.vocabulary.reply import Notice, TextDelta, ToolFinished, ToolStarted


def test_a_notice_goes_when_text_comes() -> None:
    transcript = Transcript()
    transcript.add(Notice("Trying again…"))
    assert (transcript.text, transcript.status) == ("", "Trying again…")
    transcript.add(TextDelta(""))
    assert transcript.status == "Trying again…"
    transcript.add(TextDelta("Hello"))
    assert (transcript.text, transcript.status) == ("Hello", "")


def test_an_empty_notice_takes_the_line_away() -> None:
    transcript = Transcript()
    transcript.add(Notice("Trying again…"))
    transcript.add(Notice(""))
    assert transcript.status == ""


def test_tools_are_named_while_they_work() -> None:
    transcript = Transcript()
    transcript.add(ToolStarted("search"))
    transcript.add(ToolStarted("search"))
    transcript.add(ToolStarted("clock"))
    assert transcript.status == "Using search, search, clock…"
    transcript.add(ToolFinished("search", ok=True))
    assert transcript.status == "Using search, clock…"
    transcript.add(ToolFinished("search", ok=True))
    transcript.add(ToolFinished("clock", ok=False))
    assert transcript.status == "clock did not work."
    transcript.add(TextDelta("So"))
    assert transcript.status == ""


def test_a_tool_that_was_never_begun_may_end() -> None:
    transcript = Transcript()
    transcript.add(ToolFinished("search", ok=True))
    assert transcript.status == ""


def test_a_tools_name_cannot_ping() -> None:
    transcript = Transcript()
    transcript.add(ToolStarted("<!channel> @everyone `x`"))
    assert transcript.status == "Using channel everyone x…"


@given(chunks=st.lists(st.text()))
def test_text_is_every_delta_in_order(chunks: list[str]) -> None:
    transcript = Transcript()
    for end, chunk in enumerate(chunks, 1):
        transcript.add(TextDelta(chunk))
        if end % 3 == 0:
            assert transcript.text == "".join(chunks[:end])
    assert transcript.text == "".join(chunks)
