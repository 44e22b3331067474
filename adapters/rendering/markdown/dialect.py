"""What a platform says about its writing. The walk through the tokens is the same for all."""

from typing import Protocol

from adapters.rendering.markdown.tables import Grid


class Dialect(Protocol):
    """How one platform writes things down. Nothing it returns may ping anybody, whatever it is given."""

    @property
    def rule(self) -> str:
        """A line across the page."""

    @property
    def most_blocks(self) -> int:
        """Blocks that a message may come to, see `weights.expansion`; 0 where a platform does not count them."""

    def measure(self, text: str) -> int:
        """The length of what was written, as the platform counts it."""

    def weight(self, line: str) -> int:
        """What a line of Markdown may come to when written. More text never weighs less."""

    def code_weight(self, line: str) -> int:
        """The same for a line of a code block."""

    def table_weight(self, size: int, height: int, records: int) -> int:
        """The same for a table `size` columns of display wide, of `height` rows; `records`: what it weighs written row by row."""

    def text(self, text: str) -> str:
        """Words, with nothing in them that the platform would act on."""

    def escaped(self, character: str) -> str:
        """A character that is meant as such, not as markup."""

    def inert(self, text: str) -> str:
        """Words and markup as they now stand next to each other, with no mention left among them. Code stands aside: a number in NULs."""

    def code(self, text: str) -> str:
        """Code within a line."""

    def fence(self, text: str, language: str) -> str:
        """A code block; `text` ends with a line break unless it is empty."""

    def strong(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        """Bold; `glued`: whether a letter stands right before and right after it."""

    def emphasis(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        """Italic."""

    def strike(self, inner: str, *, glued: tuple[bool, bool]) -> str:
        """Struck through."""

    def link(self, label: str, href: str) -> str:
        """A link whose target's host can be seen; `label` is plain text."""

    def address(self, href: str) -> str:
        """An address that stands in the text as such."""

    def heading(self, level: int, inner: str) -> str:
        """A heading; `inner` has no bold in it when `bold_heading` says so."""

    def bold_heading(self, level: int) -> bool:
        """Whether a heading of this level is written in bold."""

    def bullet(self, depth: int) -> str:
        """What stands before an item of a list without numbers, blank included."""

    def quote(self, text: str) -> str:
        """A quote, however many lines."""

    def table(self, grid: Grid) -> str:
        """A table."""

    def too_wide(self, grid: Grid) -> bool:
        """Whether a table is too wide to be shown in columns."""
