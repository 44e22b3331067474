"""Pain 9: Slack refuses a long reply: msg_too_long, msg_blocks_too_long, invalid_blocks."""

import asyncio
import re

import pytest

from tests.fakes.model.sayings import Manner
from tests.fakes.slack.blocks import BLOCKS_LIMIT, MARKDOWN_TOTAL, complaint, expanded
from tests.fakes.slack.workspace import Channel
from tests.scenarios.slack_house import Acme

CODES = ("msg_too_long", "msg_blocks_too_long", "invalid_blocks")
both_ways = pytest.mark.parametrize("streams", ["auto", "off"], ids=["streams", "updates"])
PATIENCE = 15.0


def long_text(sections: int) -> str:
    """Some 1,500 characters a section, with each kind of block. Every word has a number, so that one that is lost or doubled shows."""
    numbers = iter(range(1_000_000))

    def words(count: int) -> str:
        return " ".join(f"w{next(numbers)}" for _ in range(count))

    def section(number: int) -> str:
        items = "\n".join(f"{place}. {words(8)}" for place in range(1, 7))
        code = "\n".join(f"print({words(1)!r})  # if a < {words(1)} && b" for _ in range(12))
        rows = "\n".join(f"| {words(1)} | 東京 {words(2)} |" for _ in range(12))
        table = f"| name | 人口 |\n|:--|--:|\n{rows}"
        return f"## {words(3)}\n\n{words(50)}\n\n{items}\n\n```python\n{code}\n```\n\n{table}\n\n> {words(12)}\n\n{words(20)}"

    return "\n\n".join(section(number) for number in range(sections))


def paragraphs(count: int, words: int) -> str:
    """So many of so many words each."""
    return "\n\n".join(" ".join(f"w{number * words + word}" for word in range(words)) for number in range(count))


TEXT = long_text(24)
SHAPES = {"all kinds": TEXT, "many blocks": paragraphs(250, 6), "large blocks": paragraphs(33, 170)}
"""What comes up to the limit of blocks first, and what comes up to that of characters."""


def read(acme: Acme, channel: Channel) -> list[str]:
    """The numbered words that stand in our messages."""
    return re.findall(r"w\d+", "\n".join(acme.answers(channel)))


def whole(acme: Acme, channel: Channel, text: str = TEXT) -> bool:
    """Whether each word stands there once, and no stream is open."""
    return read(acme, channel) == re.findall(r"w\d+", text) and not any(message.streaming for message in acme.written(channel))


async def test_pain_09_the_local_slack_refuses_what_slack_refuses(acme: Acme) -> None:
    """Else the tests below would show nothing."""
    assert min(len(TEXT), len(SHAPES["large blocks"])) > 30_000
    assert complaint([{"type": "markdown", "text": TEXT[: MARKDOWN_TOTAL + 1]}]) == "msg_blocks_too_long"
    assert expanded(TEXT) > BLOCKS_LIMIT
    assert complaint([{"type": "markdown", "text": "\n\n".join("words" for _ in range(BLOCKS_LIMIT + 1))}]) == "invalid_blocks"


@both_ways
@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SHAPES.items()])
async def test_pain_09_thirty_thousand_characters_arrive_whole_without_one_refusal(acme: Acme, text: str, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(text, manner=Manner(chunk=600, delay=0.01))
    async with acme.parley(slack_streams=streams):
        root = await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: whole(acme, general, text), PATIENCE)
    answers = [message for message in acme.written(general) if not message.files]
    assert {message.thread_ts for message in answers} == {root.ts}
    assert all(expanded(message.text) <= BLOCKS_LIMIT for message in answers)
    sent = [call["blocks"] for method in ("chat.postMessage", "chat.update") for call in acme.slack.calls(method)]
    assert [code for code in map(complaint, sent) if code] == []
    assert all(message.text.count("```") % 2 == 0 for message in answers), "a block of code is closed and opened again"
    if streams == "auto":
        assert sent == [], "no stream had to be rescued"
        assert [version for message in answers for version in message.versions if len(version.text.encode()) > 9_000] == []


@both_ways
async def test_pain_09_what_comes_to_more_than_five_messages_comes_as_a_file_too(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    text = long_text(40)
    acme.model.says(text, manner=Manner(chunk=2_000))
    async with acme.parley(slack_streams=streams):
        root = await acme.asks(asha, general, "at greater length, please")
        await acme.slack.wait_for(lambda: whole(acme, general, text) and acme.written(general)[-1].files, PATIENCE)
    *answers, last = acme.written(general)
    assert len(answers) > 5
    assert last.thread_ts == root.ts
    (file,) = last.files
    assert acme.slack.files.contents[file["id"]][1].decode() == text


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_pain_09_blocks_that_slack_refuses_are_told_in_plain_text(acme: Acme, method: str, code: str) -> None:
    """Nobody loses a word by it, nor reads one twice."""
    asha = acme.slack.add_user("asha")
    general, text = acme.channel(asha), long_text(8)
    acme.slack.world.refusals[method, 1] = code
    acme.model.says(text, manner=Manner(chunk=300, delay=0.01))
    async with acme.parley():
        await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: whole(acme, general, text), PATIENCE)
    assert len(acme.slack.calls(method)) > 1, "it was refused"


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
async def test_pain_09_a_stream_that_slack_refuses_goes_on_by_updates(acme: Acme, method: str, code: str) -> None:
    asha = acme.slack.add_user("asha")
    general, text = acme.channel(asha), long_text(8)
    acme.slack.streams.refusals[method].append(code)
    acme.model.says(text, manner=Manner(chunk=300, delay=0.01))
    async with acme.parley(slack_streams="auto"):
        await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: whole(acme, general, text), PATIENCE)
    assert not acme.slack.streams.refusals[method], "it was refused"
    assert acme.slack.calls("chat.update")


@both_ways
async def test_pain_09_where_slack_takes_no_blocks_at_all_all_is_told_in_plain_text(acme: Acme, streams: str) -> None:
    asha = acme.slack.add_user("asha")
    general, text = acme.channel(asha), long_text(8)
    acme.slack.world.blockless = True
    acme.slack.streams.refusals["chat.startStream"].extend(["unknown_method"] * 9)
    acme.model.says(text, manner=Manner(chunk=300, delay=0.01))
    async with acme.parley(slack_streams=streams):
        await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: whole(acme, general, text), PATIENCE)
    assert [message for message in acme.written(general) if message.blocks] == []


async def test_pain_09_where_slack_takes_no_more_blocks_from_the_middle_on_nothing_is_lost_or_doubled(acme: Acme) -> None:
    """What stands in blocks already is written anew."""
    asha = acme.slack.add_user("asha")
    general, text, go = acme.channel(asha), long_text(12), asyncio.Event()
    half = len(text) // 2
    acme.model.says(text[:half], go, text[half:], manner=Manner(chunk=600))
    async with acme.parley():
        await acme.asks(asha, general, "at length, please")
        await acme.slack.wait_for(lambda: len(acme.written(general)) == 2)
        assert all(message.blocks for message in acme.written(general))
        acme.slack.world.blockless = True
        go.set()
        await acme.slack.wait_for(lambda: whole(acme, general, text), PATIENCE)
    assert [message for message in acme.written(general) if message.blocks] == []
