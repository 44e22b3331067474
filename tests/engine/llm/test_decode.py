"""Bytes to frames: however the stream is split into reads, the same frames come out."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelNonsense
from bot.llm.decode import LONGEST, Frame, FrameDecoder

TEXTS = st.text(alphabet=st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\r\n\u2028\u0085 é漢🙂:")), max_size=20)


def decoded(*reads: bytes) -> list[Frame]:
    decoder = FrameDecoder()
    return [frame for read in reads for frame in decoder.feed(read)] + decoder.end()


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[str], list[bytes]]:
    """Texts, and reads that carry them: any line end, comments in between, split anywhere, also inside a character."""
    texts = draw(st.lists(TEXTS, min_size=1, max_size=6))
    newline = draw(st.sampled_from([b"\n", b"\r\n"]))
    body = b""
    for text in texts:
        comment = draw(st.sampled_from([b"", b": ping" + newline, b": ping" + newline + newline, b"id: 7" + newline]))
        body += comment + b"data:" + draw(st.sampled_from([b"", b" "])) + orjson.dumps(text) + newline + newline
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=12)))
    return texts, [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@given(streams())
def test_any_split_gives_the_same_frames(stream: tuple[list[str], list[bytes]]) -> None:
    texts, reads = stream
    assert [orjson.loads(frame.data) for frame in decoded(*reads)] == texts


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_frames_or_nothing_and_splitting_changes_nothing(reads: list[bytes]) -> None:
    assert decoded(*reads) == decoded(b"".join(reads))


@pytest.mark.parametrize(
    ("sent", "frames"),
    [
        (b"data: {}\n\n", [Frame(b"{}")]),
        (b"data:{}\r\n\r\n", [Frame(b"{}")]),
        (b"data: {\ndata: }\n\n", [Frame(b"{\n}")]),
        (b"event: error\ndata: {}\n\ndata: 1\n\n", [Frame(b"{}", b"error"), Frame(b"1")]),
        (b"event: ping\n\ndata: 1\n\n", [Frame(b"1")]),
        (b": keep-alive\n\n", []),
        (b"data: 1\n\ndata: 2", [Frame(b"1"), Frame(b"2")]),
        (b"", []),
    ],
)
def test_frames(sent: bytes, frames: list[Frame]) -> None:
    assert decoded(sent) == frames


def test_frames_come_as_soon_as_they_are_complete() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(b"data: 1\n") == []
    assert decoder.feed(b"\ndata: 2\n\nda") == [Frame(b"1"), Frame(b"2")]
    assert decoder.feed(b"ta: [DONE]\n\n")[0].done


def test_a_line_without_end_is_not_the_protocol() -> None:
    decoder = FrameDecoder()
    decoder.feed(b"data: " + b"x" * (LONGEST - 6))
    assert decoder.feed(b"\n\ndata: " + b"x" * LONGEST) == [Frame(b"x" * (LONGEST - 6))], "what was whole before it counts"
    with pytest.raises(ModelNonsense):
        decoder.feed(b"x")
