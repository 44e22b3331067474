"""The `parley` command. Everything heavy is imported inside the commands, so that `--help` is there at once."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    help="A bot for Discord, Slack and the terminal. Without a command: serves the platforms that have tokens, else opens a chat here.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
manifests = typer.Typer(help="Print an app manifest.", rich_markup_mode=None)
invites = typer.Typer(help="Print an invite link.", rich_markup_mode=None)
app.add_typer(manifests, name="manifest")
app.add_typer(invites, name="invite")

OK, NOT_STARTED, INTERRUPTED = 0, 2, 130


class PlatformName(Enum):
    """The platforms that `run` knows."""

    DISCORD = "discord"
    SLACK = "slack"


def main() -> None:
    """The entry point."""
    app()


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Serve the platforms that have tokens, else open a chat here."""
    if context.invoked_subcommand is None:
        settings = _settings()
        if settings.platforms:
            _serve(settings, settings.platforms)
        _chat(settings)


@app.command()
def run(
    platforms: Annotated[list[PlatformName] | None, typer.Argument(help="Which; all that have tokens by default.")] = None,
    receive_only: Annotated[bool, typer.Option("--receive-only", help="Answer nothing: `parley worker`, here or elsewhere, does.")] = False,
) -> None:
    """Serve platforms until SIGTERM or Ctrl-C."""
    settings = _settings()
    receive = tuple(dict.fromkeys(name.value for name in platforms)) if platforms else settings.platforms
    _serve(settings, receive, receive_only=receive_only)


@app.command()
def chat() -> None:
    """Chat in the terminal; standard input that is not a terminal is one message."""
    _chat(_settings())


@app.command()
def worker() -> None:
    """Answer what other processes receive, on all platforms that have tokens, until SIGTERM or Ctrl-C."""
    _serve(_settings(), ())


@app.command()
def doctor() -> None:
    """Look at everything that could be wrong; status 1 when something keeps Parley from working."""
    settings = _settings()

    async def examine() -> int:
        from rich.console import Console

        from adapters.console.doctor import report
        from adapters.launch import look

        return report(await look(settings), Console(highlight=False))

    _end(examine)


@manifests.command("slack")
def manifest_slack(url: Annotated[str, typer.Option(help="Public https:// address, for HTTP mode.")] = "") -> None:
    """Print the manifest to paste at api.slack.com/apps."""

    async def show() -> int:
        import json

        from adapters.launch import slack_manifest

        typer.echo(json.dumps(slack_manifest(url), indent=2))
        return OK

    _end(show)


@invites.command("discord")
def invite_discord() -> None:
    """Print the link by which a server's admin adds the bot."""
    settings = _settings()

    async def show() -> int:
        from adapters.launch import discord_invitation

        typer.echo(await discord_invitation(settings))
        return OK

    _end(show)


@manifests.callback()
def _manifests() -> None:
    """Makes `manifest` a group although it has one member."""


@invites.callback()
def _invites() -> None:
    """Makes `invite` a group although it has one member."""


def _settings() -> "Settings":
    from bot.errors import SettingsInvalid
    from bot.settings import load_settings

    try:
        return load_settings()
    except SettingsInvalid as error:
        _fail(str(error))


def _serve(settings: "Settings", receive: tuple[str, ...], *, receive_only: bool = False) -> NoReturn:
    async def serving() -> int:
        from adapters.launch import serve

        await serve(settings, receive=receive, receive_only=receive_only)
        return OK

    _end(serving)


def _chat(settings: "Settings") -> NoReturn:
    async def chatting() -> int:
        from adapters.console.terminal import converse

        return await converse(settings)

    _end(chatting)


def _end(work: Callable[[], Coroutine[None, None, int]]) -> NoReturn:
    """Do the work and exit with its status. What keeps it from starting is one sentence and status 2."""
    from bot.errors import BotError

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            status = runner.run(work())
    except BotError as error:
        _fail(str(error))
    except BrokenPipeError:
        # whoever read our output has gone; the interpreter must not try to flush it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except OSError as error:  # an address that is taken, a data folder that cannot be written
        _fail(f"Parley could not start: {error}")
    except KeyboardInterrupt:
        status = INTERRUPTED
    finally:
        gc.freeze()  # everything is closed: taking the libraries apart object by object would cost another half second
    sys.exit(status)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(NOT_STARTED)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
