"""The interactive screen: a growing answer stands above the prompt, and goes into the scrollback once, rendered, when it has ended.

While it grows only its last rows are drawn, as part of the prompt: prompt_toolkit redraws what changed and nothing flickers, and an
answer longer than the screen never scrolls half-rendered text away.
"""

import io
from collections.abc import Callable

from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.formatted_text import StyleAndTextTuples
from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.table import Table as RichTable
from rich.text import Text

from adapters.console.talk import readable
from bot.vocabulary.commands import CommandReply, Table
from bot.vocabulary.reply import Failed, Notice, Outcome, Refused, ReplyEvent, Spent, TextDelta, ToolFinished, ToolStarted

PROMPT = "› "
MENU = 4
"""Rows of the prompt and the menu of completions under it; the growing answer has the others, but one."""

WAITING = "…"


class TerminalScreen:
    """`Screen` of one interactive terminal. `redraw` is called whenever the part above the prompt changed."""

    def __init__(self, console: Console, *, redraw: Callable[[], None]) -> None:
        self._console = console
        self._redraw = redraw
        self._open: list[str] = []
        self._text = ""
        self._notice = ""
        self._spent = ""

    @property
    def busy(self) -> bool:
        """Whether an answer is expected or growing."""
        return bool(self._open)

    def expect(self, message: str) -> None:
        """`message` was taken in: its answer will come, perhaps after others."""
        if not self._open:
            self._clear(notice=WAITING)
        self._open.append(message)

    def forget(self, message: str) -> None:
        """No answer to `message` will come after all."""
        if message in self._open:
            self._open.remove(message)
        if not self._open:
            self._clear()

    def notice(self, text: str) -> None:
        """A passing line while people wait."""
        self._notice = readable(text)
        self._redraw()

    def begin(self, message: str) -> None:
        if message not in self._open:  # left over from the last time somebody sat here
            self._open.insert(0, message)
        self._clear(notice=WAITING)

    def show(self, message: str, event: ReplyEvent) -> None:
        match event:
            case TextDelta(text):
                self._text += readable(text)
                self._notice = ""
                self._redraw()
            case Notice(text):
                self.notice(text)
            case ToolStarted(name):
                self.notice(f"{name} …")
            case ToolFinished():
                self.notice("")
            case Spent(model, tokens_in, tokens_out, cost):
                self._spent = f"{model} · {tokens_in:,} tokens in, {tokens_out:,} out · {cost}"

    async def end(self, message: str, outcome: Outcome) -> None:
        if message in self._open:  # with those before it: consecutive messages are answered once
            del self._open[: self._open.index(message) + 1]
        spent = self._spent
        self._clear(notice=WAITING if self._open else "")
        said: list[RenderableType] = [Markdown(readable(outcome.text), hyperlinks=False)] if outcome.text.strip() else []
        if outcome.note:
            said.append(Text(outcome.note, style="yellow" if isinstance(outcome, Failed | Refused) else "dim"))
        if spent:
            said.append(Text(readable(spent), style="dim"))
        await self.print(*said, "")

    async def reply(self, reply: CommandReply) -> None:
        """Show what an order brought."""
        said: list[RenderableType] = [Markdown(readable(reply.text), hyperlinks=False)] if reply.text else []
        if reply.table:
            said.append(_table(reply.table))
        await self.print(*said, "")

    async def hint(self, text: str) -> None:
        """One quiet line of ours."""
        await self.print(Text(text, style="dim"))

    async def print(self, *parts: RenderableType) -> None:
        """Into the scrollback, above the prompt."""

        def write() -> None:
            for part in parts:
                self._console.print(part)

        await run_in_terminal(write)

    def prompt(self) -> StyleAndTextTuples:
        """What prompt_toolkit draws before the input: the end of the growing answer, then the prompt itself."""
        size = get_app().output.get_size()  # what prompt_toolkit draws on: rows beyond it would push the newest text out of sight
        rows = tail(self._text, width=size.columns, rows=max(1, size.rows - MENU - 1))
        above: StyleAndTextTuples = [("", f"{row}\n") for row in rows]
        if self._notice:
            above.append(("class:notice", f"{tail(self._notice, width=size.columns, rows=1)[-1]}\n"))
        return [*above, ("class:prompt", PROMPT)]

    def _clear(self, *, notice: str = "") -> None:
        self._text = ""
        self._notice = notice
        self._spent = ""
        self._redraw()


def tail(text: str, *, width: int, rows: int) -> list[str]:
    """The last `rows` rows of `text`, wrapped at words to `width` columns (wide characters count two)."""
    if not text:
        return []
    # only what can be seen is wrapped, from the beginning of a line, so that rows above do not shift with every word
    start = text.rfind("\n", 0, max(0, len(text) - width * rows)) + 1
    wrapped = Text(text[start:], tab_size=4).wrap(Console(width=width, file=io.StringIO()), width)
    return [row.plain.rstrip() for row in wrapped][-rows:]


def _table(table: Table) -> RichTable:
    shown = RichTable(*map(readable, table.header))
    for row in table.rows:
        shown.add_row(*(Text(readable(cell)) for cell in row))
    return shown
