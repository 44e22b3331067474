"""The chat at the terminal: a prompt that is always there, answers above it."""

import contextlib
import sys

from prompt_toolkit import PromptSession
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style
from rich.console import Console

from adapters.console.choose_model import chosen_model
from adapters.console.orders import Order, OrderCompleter, leaves, parse, unknown
from adapters.console.screen import MENU, TerminalScreen
from adapters.console.surface import ConsolePlatform
from adapters.console.talk import Talk
from adapters.launch import open_terminal
from bot.errors import BotError, MessageTooLong
from bot.settings import Settings
from bot.telemetry.logs import configure_logs
from bot.vocabulary.commands import Param
from bot.vocabulary.door import Door, Receipt

STYLE = Style.from_dict({"notice": "ansibrightblack", "prompt": "bold ansicyan"})

STOP = "stop"
HOW = "/help shows what you can order · Ctrl-C stops an answer · Ctrl-D leaves, and the conversation stays"
HOW_TO_LEAVE = "Nothing is running. Ctrl-D, quit or exit leaves; the conversation stays."
HOW_TO_FORM = "Esc then Enter saves, Ctrl-C leaves it as it is."


class Keyboard(Vt100Input):
    """Stays raw while something is printed: else Ctrl-C or Ctrl-D in that moment would be the system's and end the program."""

    def cooked_mode(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Chat:
    """One person talking to the engine at an interactive terminal, until they leave."""

    def __init__(self, *, input_limit: int) -> None:
        self._limit = input_limit
        self._talk = Talk()
        self._keyboard = Keyboard(sys.stdin)
        self._session: PromptSession[str] = PromptSession(style=STYLE, input=self._keyboard)
        self._session.app.min_redraw_interval = 0.03  # seconds; a fast model must not spend our time on drawing
        # the real standard output, bound before the caller patches it: the screen itself makes room above the prompt
        self.screen = TerminalScreen(Console(file=sys.stdout, highlight=False), redraw=self._session.app.invalidate)

    async def run(self, door: Door, *, greeting: str) -> None:
        """Talk until the person leaves."""
        await self.screen.hint(greeting)
        with self._keyboard.raw_mode():
            while (line := await self._ask(door)) is not None:
                await self._take(line, door)
        if self.screen.busy:  # nobody is there to read the rest
            await door.command(self._talk.order(STOP))

    async def _ask(self, door: Door) -> str | None:
        try:
            line = await self._session.prompt_async(
                self.screen.prompt,
                completer=OrderCompleter(door.commands),
                complete_while_typing=True,
                reserve_space_for_menu=MENU,
                key_bindings=self._keys(door),
                multiline=False,
                handle_sigint=False,
            )
        except EOFError:
            return None
        return None if leaves(line) else line

    async def _take(self, line: str, door: Door) -> None:
        if not line.strip():
            return
        order = parse(line, door.commands)
        if order:
            await self._carry_out(order, door)
        elif unknown(line):
            await self.screen.hint("I do not know that order. /help lists them; begin with a space to say it instead.")
        else:
            await self._say(line, door)

    async def _say(self, line: str, door: Door) -> None:
        message = self._talk.message(line)
        try:
            if len(message.text) > self._limit:  # before it is kept anywhere
                raise MessageTooLong(len(message.text), self._limit)
            self.screen.expect(message.id)
            receipt = await door.receive(message)
        except BotError as error:
            self.screen.forget(message.id)
            await self.screen.hint(error.user_text)
            return
        if receipt is Receipt.IGNORED:
            self.screen.forget(message.id)

    async def _carry_out(self, order: Order, door: Door) -> None:
        if order.wrong:
            await self.screen.hint(order.wrong)
            return
        args = dict(order.args)
        missing = [param for param in order.spec.form if param.name not in args]
        if missing:
            known = await door.prefill(self._talk.order(order.spec.name, args))
            for param in missing:
                text = await self._form(param, known.get(param.name, ""))
                if text is None:
                    await self.screen.hint("Left as it is.")
                    return
                args[param.name] = text
        await self.screen.reply(await door.command(self._talk.order(order.spec.name, args)))

    async def _form(self, param: Param, known: str) -> str | None:
        """A long text, written in place; None when the person thinks better of it."""
        form: PromptSession[str] = PromptSession(style=STYLE, input=self._keyboard, multiline=True)
        await self.screen.hint(f"{param.description} (up to {param.limit:,} characters). {HOW_TO_FORM}")
        try:
            return await form.prompt_async("  ", default=known, handle_sigint=False)
        except (KeyboardInterrupt, EOFError):
            return None

    def _keys(self, door: Door) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            event.app.create_background_task(self._interrupt(event, door))

        return keys

    async def _interrupt(self, event: KeyPressEvent, door: Door) -> None:
        """Ctrl-C ends the answer, else the line that is being typed, never the program."""
        if self.screen.busy:
            reply = await door.command(self._talk.order(STOP))
            if self.screen.busy:  # else the answer's own last line says it
                self.screen.notice(reply.text)
        elif event.current_buffer.text:
            event.current_buffer.reset()
        else:
            await self.screen.hint(HOW_TO_LEAVE)


async def visit(settings: Settings) -> None:
    """Open the engine for this terminal and talk until the person leaves. Raises whatever keeps the engine from starting."""
    chat = Chat(input_limit=settings.input_characters)
    with patch_stdout(raw=True):  # whatever is logged appears above the prompt
        configure_logs(level=settings.log_level, style="text")
        async with (
            chosen_model(settings, ask=_ask) as chosen,
            open_terminal(chosen.settings, ConsolePlatform(chat.screen)) as door,
        ):
            await chat.run(door, greeting=f"{chosen.who}\n{HOW}")


async def _ask(question: str) -> bool:
    try:
        answer = await PromptSession[str]().prompt_async(f"{question} [Y/n] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("", "y", "yes")
