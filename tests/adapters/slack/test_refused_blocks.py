"""Pain 9 with blocks: whatever Slack refuses of them, at whatever moment, the whole answer stands at the end, once."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.markup import unescaped
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.reply import Answered, TextDelta
from tests.adapters.slack.conftest import Bench, opened
from tests.adapters.slack.doors import Journal
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.tiers import RateLimits
from tests.fakes.slack.workspace import Channel, Message
from tests.scenarios.house import QuickClock
from tests.scenarios.slack_house import SPEED


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    """A Slack whose minutes pass as fast as ours."""
    async with SlackServer(limits=RateLimits(time_scale=1 / SPEED)) as server:
        yield server
    server.assert_clean()


CODES = ("invalid_blocks", "msg_blocks_too_long", "msg_too_long", "block_mismatch")
LONG = "\n\n".join(f"{number}. **if** a < {number} & b: " + "words and more " * (number % 9) for number in range(130))
"""Two pages as blocks, more as plain text."""

AGAIN = Button(PressKind.REGENERATE, "x", "U1")


async def answered(bench: Bench, text: str, *, parts: int = 1) -> Channel:
    """A mention that is answered in `parts` chunks, each of which was seen before the next comes."""
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    size = len(text) // parts + 1
    chunks = [text[start : start + size] for start in range(0, len(text), size)]

    async def answer(inbound: Inbound) -> None:
        journal = Journal(inbound.id[-12:])
        surface = bench.platform.surface(inbound.address, log=journal, resume=(), pending="")
        await surface.open()
        for chunk in chunks:
            surface.show(TextDelta(chunk))
            if not bench.server.world.rigid:
                await seen(bench, channel, chunk.split()[-2])
        await surface.settle(Answered(text), [AGAIN])
        for placeholder in journal.left:
            await bench.platform.remove(placeholder)

    bench.door.answer = answer
    await bench.server.says(asha, channel, bench.mention("at length"))
    await bench.door.turns()
    return channel


async def seen(bench: Bench, channel: Channel, word: str) -> None:
    await bench.server.wait_for(lambda: word in bench.server.from_bot(channel)[-1].text.split())


def standing(bench: Bench, channel: Channel) -> list[Message]:
    return [message for message in bench.server.from_bot(channel) if not message.deleted]


def words(messages: list[Message]) -> list[str]:
    """What people read, without markup."""
    return unescaped("\n\n".join(message.text for message in messages)).replace("*", "").split()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("call", [0, 1, 2, 3])
@pytest.mark.parametrize("rigid", [False, True], ids=["yielding", "rigid"])
async def test_pain_09_blocks_refused_once_at_any_edit(server: SlackServer, code: str, call: int, rigid: bool) -> None:
    async with opened(server, clock=QuickClock(SPEED)) as bench:
        server.world.rigid = rigid
        server.world.refusals["chat.update", call] = code
        channel = await answered(bench, LONG, parts=3)
    messages = standing(bench, channel)
    assert words(messages) == LONG.replace("*", "").split()
    assert all(not message.blocks or message.text for message in messages)


@pytest.mark.parametrize("code", CODES[:3])
@pytest.mark.parametrize("call", [0, 1])
async def test_pain_09_blocks_refused_at_a_post(server: SlackServer, code: str, call: int) -> None:
    async with opened(server, clock=QuickClock(SPEED)) as bench:
        server.world.refusals["chat.postMessage", call] = code
        channel = await answered(bench, LONG, parts=2)
    assert words(standing(bench, channel)) == LONG.replace("*", "").split()
    assert len({message.ts for message in standing(bench, channel)}) == len(standing(bench, channel))


async def test_pain_09_what_is_refused_for_good_is_told_in_plain_text(server: SlackServer) -> None:
    async with opened(server, clock=QuickClock(SPEED)) as bench:
        server.world.blockless = True
        channel = await answered(bench, "| a | b |\n|---|---|\n| 1 | 2 |\n\nSome **bold** & <b> in it")
    (message,) = standing(bench, channel)
    assert message.text == "```\na  b\n-  -\n1  2\n```\n\nSome *bold* &amp; &lt;b&gt; in it"
    assert message.blocks == []


async def test_blocks_carry_the_page_and_the_buttons(bench: Bench) -> None:
    channel = await answered(bench, "# Hello\n\nYou & **me** <!channel>")
    (message,) = standing(bench, channel)
    markdown, buttons = message.blocks
    assert markdown == {"type": "markdown", "text": "# Hello\n\nYou & **me** <\u200b!channel>"}
    assert [element["value"] for element in buttons["elements"]] == [str(AGAIN)]
    assert buttons["elements"][0]["action_id"] == "parley:again:0"
    assert message.spoken == "*Hello*\n\nYou &amp; *me* &lt;\u200b!channel&gt;"
