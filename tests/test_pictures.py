"""The pictures of the documentation: drawn from what was recorded, and true."""

import re
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.drawing.answer import ANSWER, QUESTION, chunks
from docs.drawing.draw import FOLDER, STEPS, drawn, steps
from docs.drawing.flow import flowed
from docs.drawing.look import LOOKS
from docs.drawing.markdown import Code, Grid, Paragraph, Span, blocks
from docs.drawing.record import record_discord, record_slack
from docs.drawing.recording import Button, Recording, Shown, Version, load
from docs.drawing.sheet import Step, sheet
from docs.drawing.widths import columns, mono, sans

SVG = "{http://www.w3.org/2000/svg}"
LINES = st.lists(st.builds(Span, st.text(st.sampled_from("ab .漢👍🏽`<&"), min_size=1, max_size=30), bold=st.booleans()), max_size=4)


def texts(picture: str) -> str:
    """All words in a picture, in the order in which they are drawn, without spaces."""
    found = ElementTree.fromstring(picture).iter(f"{SVG}text")  # noqa: S314 - our own file
    return "".join("".join((one.text or "").split()) for one in found)


@pytest.mark.parametrize("name", sorted(drawn()))
def test_the_pictures_are_drawn_from_the_recordings(name: str) -> None:
    """Else run `python -m docs.drawing`."""
    assert (FOLDER / name).read_text(encoding="utf-8") == drawn()[name]


def test_there_are_no_others_and_the_page_shows_each_platform() -> None:
    assert {path.name for path in FOLDER.iterdir()} == drawn().keys()
    shown = set(re.findall(r"\(pictures/(\w+\.svg)\)", (FOLDER.parent / "pictures.md").read_text(encoding="utf-8")))
    assert shown == {f"{platform}.svg" for platform in LOOKS}


@pytest.mark.parametrize("platform", LOOKS)
def test_a_recording_has_every_step_of_the_answer_as_it_is_today(platform: str) -> None:
    """Else run `python -m docs.drawing record`."""
    recording = load(platform)
    assert recording.question == QUESTION
    assert [step.words for step in steps(recording)] == [words for words, _ in STEPS]
    assert all(earlier.at < later.at for earlier, later in pairwise(recording.versions))
    words = set(re.findall(r"[\w−\[\]:]+", ANSWER))
    assert words <= set(re.findall(r"[\w−\[\]:]+", "\n".join(shown.text for shown in recording.versions[-1].messages)))


@pytest.mark.parametrize("platform", LOOKS)
def test_an_answer_can_be_stopped_while_it_is_written_and_rated_afterwards(platform: str) -> None:
    *writing, settled = load(platform).versions
    while_writing = {button.label for version in writing for shown in version.messages for button in shown.buttons}
    assert while_writing == {"Stop"} or (platform == "slack" and not while_writing)  # its native streams have a stop of Slack's own
    assert [button.label for button in settled.messages[-1].buttons] == ["Regenerate", "👍", "👎"]


@pytest.mark.parametrize("record", [record_discord, record_slack])
async def test_a_new_recording_ends_as_the_one_in_the_repository(record: Callable[[float], Awaitable[Recording]]) -> None:
    """Else run `python -m docs.drawing record`."""
    recording = await record(40.0)
    assert recording.versions[-1].messages == load(recording.platform).versions[-1].messages
    assert recording.versions[0].messages == load(recording.platform).versions[0].messages


def test_the_model_sends_the_whole_answer() -> None:
    assert "".join(chunks()) == ANSWER


@pytest.mark.parametrize("platform", LOOKS)
def test_whatever_was_said_stands_in_the_picture_and_breaks_nothing(platform: str) -> None:
    said = "</text> & <b>\n-# quiet\n1. one `co<de`\n2. two\n\n```\nx  <\n  y\n```\n\n| a&b | c |\n|---|---|\n| 漢 | d |"
    version = Version(1.0, (Shown(said, (Button("Stop & go", "danger"),)), Shown("second")))
    picture = sheet(Recording(platform, "why?", (version,)), LOOKS[platform], [Step(version, "seen")])
    after = texts(picture).partition("APP")[2]
    assert after == "</text>&<b>quiet1.oneco<de2.twox<ya&bc漢dStop&goPParleyAPPsecond"


def test_markdown_as_chats_show_it() -> None:
    found = blocks("# A *b*\none\ntwo **c**\n\n- x\n- y\n\n-# small\n```py\n-# code\n```\n|a|\n|-|\n|b|")
    assert found == (
        Paragraph(((Span("A "), Span("b", italic=True)),), heading=1),
        Paragraph(((Span("one"),), (Span("two "), Span("c", bold=True)))),
        Paragraph(((Span("x"),),), marker="•", indent=1),
        Paragraph(((Span("y"),),), marker="•", indent=1),
        Paragraph(((Span("small"),),), quiet=True),
        Code(("-# code",)),
        Grid((((Span("a"),),), ((Span("b"),),))),
    )


@given(line=LINES, width=st.integers(40, 400))
def test_lines_hold_every_word_within_their_width(line: list[Span], width: int) -> None:
    rows = flowed(tuple(line), size=15, width=width)
    assert "".join(run.span.text for row in rows for run in row) == "".join(span.text for span in line)
    for row in rows:
        words = "".join(run.span.text for run in row)
        ends = max((run.x + sans(run.span.text.rstrip(), 15, bold=run.span.bold) for run in row), default=0)
        assert ends <= width + 0.01 or " " not in words.strip()


@given(line=st.text(st.sampled_from("ab .漢👍é"), max_size=20))
def test_code_keeps_its_columns(line: str) -> None:
    pieces = list(columns(line))
    assert "".join(piece for _, _, piece in pieces) == line
    assert all(begin + takes <= later for (begin, takes, _), (later, _, _) in pairwise(pieces))
    assert mono(line, 10) == pytest.approx(6 * sum(takes for _, takes, _ in pieces))


def test_the_pictures_are_small_enough_for_a_page() -> None:
    assert all(Path(FOLDER / name).stat().st_size < 40_000 for name in drawn())
