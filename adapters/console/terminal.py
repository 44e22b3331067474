"""Opens the engine for this terminal and lets one person talk to it: at a prompt, or through a pipe."""

import contextlib
import fcntl
import sys
from collections.abc import Iterator
from pathlib import Path

from adapters.console.choose_model import chosen_model
from adapters.console.plain import Ended, answer_once, complain, read_message
from adapters.console.surface import ConsolePlatform
from adapters.launch import open_terminal
from bot.errors import MessageTooLong, SettingsInvalid
from bot.settings import Settings
from bot.telemetry.logs import configure_logs


async def converse(settings: Settings) -> int:
    """The whole visit; returns the exit status. Raises `SettingsInvalid` and whatever keeps the engine from starting."""
    quiet = settings if "log_level" in settings.model_fields_set else settings.model_copy(update={"log_level": "WARNING"})
    if sys.stdin.isatty() and sys.stdout.isatty():
        from adapters.console.chat import visit  # imported late: a pipe needs neither prompt nor colours

        with _alone(settings.data_dir):
            await visit(quiet)
        return 0
    try:
        text = await read_message(sys.stdin.buffer, limit=settings.input_characters)
    except MessageTooLong as error:
        return complain(error.user_text)
    with _alone(settings.data_dir):
        return await _through_the_pipe(quiet, text)


async def _through_the_pipe(settings: Settings, text: str) -> int:
    configure_logs(level=settings.log_level, style=settings.log_format)
    screen = Ended()
    async with (
        chosen_model(settings, ask=None) as chosen,
        open_terminal(chosen.settings, ConsolePlatform(screen)) as door,
    ):
        return await answer_once(door, screen, text)


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """One terminal at a time talks on a data folder: two would show each other's answers."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / "terminal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsInvalid(f"Another terminal talks to Parley on {data_dir}: close it, or set another DATA_DIR.") from None
        yield
