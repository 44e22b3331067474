"""Files that come with an answer: once, behind it, and never in its way."""

import pytest

from adapters.discord.markup import DiscordDialect
from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.outlet import File
from bot.errors import BotError, LeaseLost, PlatformError, PlatformRefused, PlatformUnavailable, StoreUnavailable
from bot.vocabulary.reply import Answered, Failed, Outcome, Refused, Stopped, Truncated
from tests.adapters.rendering.room import Log, Trouble
from tests.adapters.rendering.scene import Scene

LONG = "Grüße. " * 5
TABLE = "| " + " | ".join("column" + "x" * 20 for _ in range(5)) + " |\n" + "|---" * 5 + "|\n" + "| a,b | =1 | c | d | e |\n"


@pytest.mark.parametrize("outcome", [Answered(LONG), Truncated(LONG, "Cut."), Stopped(LONG)])
async def test_a_long_answer_comes_as_a_file_too(outcome: Outcome) -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=3)
    await scene.settle(live, outcome)
    assert scene.room.files == [("reply", (File("answer.md", LONG.encode()),))]
    assert scene.room.sends[-1][2] == "attach"
    await scene.settle(live, outcome)
    assert len(scene.room.files) == 1
    await scene.rest()


@pytest.mark.parametrize(
    ("outcome", "file_after"),
    [
        (Answered("a" * 30), 3),
        (Answered("a" * 90), 0),
        (Refused("No. " * 30), 1),
        (Failed("Down. " * 30), 1),
        (Stopped("", "Why. " * 9), 1),
    ],
)
async def test_what_is_short_or_no_answer_does_not(outcome: Outcome, file_after: int) -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=file_after)
    await scene.settle(live, outcome)
    assert scene.room.files == []
    await scene.rest()


async def test_wide_tables_come_as_files_in_one_message_with_it() -> None:
    scene = Scene(limit=300)
    scene.writer = lambda: GrowingText(Emitter(DiscordDialect()), limit=300)
    live = await scene.opened(file_after=1)
    await scene.settle(live, f"One:\n\n{TABLE}\nTwo:\n\n{TABLE}\nNarrow:\n\n| a |\n|---|\n| b |\n")
    ((_, files),) = scene.room.files
    assert [file.name for file in files] == ["answer.md", "table.csv", "table-2.csv"]
    assert files[1].content.decode().splitlines()[1].startswith('"a,b"')
    await scene.rest()


@pytest.mark.parametrize("error", [PlatformRefused("no right to attach"), PlatformUnavailable("away")])
async def test_trouble_there_is_not_the_readers(error: PlatformError) -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=1)
    scene.room.next("attach", *[Trouble(error=error, lost=True)] * 9)
    assert await scene.settle(live, LONG) <= 6.0 + 5.0
    await scene.clock.advance(600)
    assert "".join(scene.room.texts()) == LONG
    assert len(scene.room.times("attach")) == (1 if isinstance(error, PlatformRefused) else 3)
    await scene.rest()


async def test_it_is_tried_again() -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=1)
    scene.room.next("attach", Trouble(error=PlatformUnavailable(retry_after=30), lost=True))
    await scene.settle(live, LONG)
    assert scene.room.files == []
    await scene.clock.advance(60)
    assert len(scene.room.files) == 1
    await scene.rest()


async def test_settling_does_not_wait_long_for_an_upload() -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=1)
    scene.room.next("attach", Trouble(before=60))
    await scene.settle(live, LONG)
    assert scene.room.files == []
    await scene.clock.advance(60)
    assert len(scene.room.files) == 1
    await scene.rest()


async def test_whoever_takes_the_reply_up_does_not_attach_twice() -> None:
    scene = Scene(limit=10)
    await scene.settle(await scene.opened(file_after=1), LONG)
    standing = [message.placeholder for message in scene.room.reply("reply")]
    await scene.settle(await scene.opened(resume=standing, file_after=1), LONG)
    assert len(scene.room.files) == 1


@pytest.mark.parametrize("error", [StoreUnavailable(), LeaseLost()])
async def test_a_journal_that_cannot_tell_gives_no_file(error: BotError) -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=1, log=_NoFirst(error))
    await scene.settle(live, LONG)
    assert scene.room.files == []
    await scene.rest()


class _NoFirst(Log):
    def __init__(self, error: BotError) -> None:
        super().__init__()
        self._error = error

    async def first(self, name: str) -> bool:
        raise self._error


async def test_half_a_character_is_no_reason_to_fail() -> None:
    scene = Scene(limit=10)
    live = await scene.opened(file_after=1)
    await scene.settle(live, "a" * 30 + "\ud83d")
    assert scene.room.files[0][1][0].content == b"a" * 30 + b"?"
