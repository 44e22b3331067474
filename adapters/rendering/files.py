"""What of an answer people also get as files."""

from collections.abc import Callable, Sequence

from adapters.rendering.markdown.tables import as_csv
from adapters.rendering.outlet import File
from adapters.rendering.written import Table
from bot.vocabulary.reply import Answered, Outcome, Stopped, Truncated


def files_of(outcome: Outcome, *, whole: bool, tables: Callable[[str], Sequence[Table]]) -> list[File]:
    """The `whole` answer as the model wrote it, where it is long, and those of its `tables` that are too wide for columns; in UTF-8."""
    text = outcome.text
    if not isinstance(outcome, Answered | Truncated | Stopped) or not text.strip():
        return []
    answer = [File("answer.md", _bytes(text))] if whole else []
    return answer + [File(_name(number), _bytes(as_csv(table))) for number, table in enumerate(tables(text), 1)]


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")  # a model's half of a surrogate pair is no UTF-8


def _name(number: int) -> str:
    return "table.csv" if number == 1 else f"table-{number}.csv"
