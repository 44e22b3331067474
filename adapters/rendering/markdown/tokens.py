"""The Markdown that models write, as tokens of markdown-it: what is read, and what is on purpose not."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_SCHEME = re.compile(r"(?<![a-z0-9])https?$", re.IGNORECASE)
_ADDRESS = re.compile(r"://[^\s<>\"`|]+")
_NEST = re.compile(r"(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])[ \t]?){12}")
_PAIRS = {")": "(", "]": "["}


def parsed(text: str) -> list[Token] | None:
    """Tokens of one block, or None where quotes and lists stand in each other so deeply that only nonsense can be meant."""
    if any(_NEST.match(line) for line in text.split("\n")):
        return None
    return _PROSE.parse(text)


def parsed_table(text: str) -> list[Token]:
    """Tokens of a table, or of something else if it is none after all."""
    return _TABLES.parse(text)


def bare_address(text: str) -> str:
    """The address that `text`, which follows its scheme, goes on with: without the punctuation of the sentence around it."""
    found = _ADDRESS.match(text)
    address = found[0] if found else ""
    while address and (address[-1] in ".,;:!?'*_~" or (address[-1] in _PAIRS and _unpaired(address))):
        address = address[:-1]
    return address if len(address) > len("://") else ""


def _unpaired(address: str) -> bool:
    return address.count(address[-1]) > address.count(_PAIRS[address[-1]])


def _address(state: StateInline, silent: bool) -> bool:
    """An address in the text is one token, so that nothing in it is read as emphasis."""
    if state.src[state.pos] != ":":
        return False
    scheme = _SCHEME.search(state.pending)
    rest = bare_address(state.src[state.pos : state.posMax]) if scheme else ""
    if scheme is None or not rest or state.linkLevel:
        return False
    if not silent:
        state.pending = state.pending[: scheme.start()]
        state.push("address", "", 0).content = scheme[0] + rest
    state.pos += len(rest)
    return True


def _markdown(*also: str) -> MarkdownIt:
    """CommonMark with strike-through, and without what would change text that was read already (definitions of links,
    underlined headings), what no chat shows (HTML, entities), and code by indent, for which models' indents are too loose."""
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable(["strikethrough", *also])
    markdown.disable(["code", "reference", "lheading", "html_block", "html_inline", "entity", "text_join"])
    markdown.inline.ruler.before("escape", "address", _address)
    return markdown


_PROSE, _TABLES = _markdown(), _markdown("table")
