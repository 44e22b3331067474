"""Inline tokens in a platform's writing, or as plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from adapters.rendering.markdown.dialect import Dialect
from adapters.rendering.markdown.links import is_itself, is_web

_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>[ \t]*", re.IGNORECASE)
_CODE = re.compile("\x00(\\d+)\x00")
_SPANS = {"strong_open", "em_open", "s_open"}


@dataclass(slots=True)
class _Span:
    """A span that is open: what it is and what stands in it so far."""

    opened: Token | None = None
    glued: bool = False
    parts: list[str] = field(default_factory=list)


def plain(tokens: Sequence[Token], *, targets: bool = False) -> str:
    """The words without markup, on one line; with `targets` the address stands behind the text of a link."""
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type == "link_open":
            links.append((str(token.attrs.get("href", "")), len(out)))
        elif token.type == "link_close" and links:
            href, start = links.pop()
            out += [f" ({href})"] if targets and not is_itself("".join(out[start:]), href) else []
        elif token.type == "image":
            out.append(plain(token.children or []) or "image")
        elif token.type in ("softbreak", "hardbreak"):
            out.append(" ")
        else:
            out.append(_BREAK.sub(" ", token.content))
    return "".join(out)


class Writing:
    """Writes inline tokens in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def inline(self, tokens: Sequence[Token], *, bold: bool = False) -> str:
        """The line or lines that `tokens` come to. `bold`: all of it will be, so bold within is left out."""
        spans, codes = [_Span()], list[str]()
        label_from = -1
        for index, token in enumerate(tokens):
            if token.type == "link_open" and label_from < 0:
                label_from = index
            elif token.type == "link_close":
                spans[-1].parts.append(self._link(tokens[label_from], tokens[label_from + 1 : index]))
                label_from = -1
            elif label_from < 0:
                self._token(token, tokens, index, spans=spans, codes=codes, bold=bold)
        while len(spans) > 1:
            self._close(spans, glued=False, bold=bold)
        text = self._dialect.inert("".join(spans[0].parts))
        return _CODE.sub(lambda found: codes[int(found[1])], text)

    def _token(self, token: Token, tokens: Sequence[Token], index: int, *, spans: list[_Span], codes: list[str], bold: bool) -> None:
        if token.type in _SPANS:
            spans.append(_Span(token, glued=_letter(tokens, index - 1, last=True)))
        elif token.nesting < 0 and len(spans) > 1:
            self._close(spans, glued=_letter(tokens, index + 1, last=False), bold=bold)
        elif token.type == "code_inline":
            # Code stands aside while what is around it is looked through. No text can hold a NUL: the reader replaces them.
            spans[-1].parts.append(f"\x00{len(codes)}\x00")
            codes.append(self._dialect.code(token.content))
        else:
            spans[-1].parts.append(self._word(token))

    def _word(self, token: Token) -> str:
        match token.type:
            case "text_special":
                return self._dialect.escaped(token.content)
            case "address":
                return self._dialect.address(token.content)
            case "image":
                src, words = str(token.attrs.get("src", "")), plain(token.children or [])
                return self._target(words or "image", src)
            case "softbreak" | "hardbreak":
                return "\n"
        return self._dialect.text(_BREAK.sub("\n", token.content))

    def _link(self, opened: Token, inner: Sequence[Token]) -> str:
        href = str(opened.attrs.get("href", ""))
        if opened.info == "auto":
            return self._dialect.address(href) if is_web(href) else self._dialect.text(plain(inner))
        return self._target(plain(inner).strip(), href)

    def _target(self, label: str, href: str) -> str:
        if not is_web(href):
            return self._dialect.text(f"{label} ({href})" if href else label)
        return self._dialect.link(label, href) if label and not is_itself(label, href) else self._dialect.address(href)

    def _close(self, spans: list[_Span], *, glued: bool, bold: bool) -> None:
        span = spans.pop()
        inner, sides = "".join(span.parts), (span.glued, glued)
        kind = span.opened.type if span.opened is not None else ""
        if not inner.strip() or (kind == "strong_open" and (bold or any(s.opened and s.opened.type == kind for s in spans))):
            written = inner
        elif kind == "strong_open":
            written = self._dialect.strong(inner, glued=sides)
        elif kind == "em_open":
            written = self._dialect.emphasis(inner, glued=sides)
        else:
            written = self._dialect.strike(inner, glued=sides)
        spans[-1].parts.append(written)


def _letter(tokens: Sequence[Token], index: int, *, last: bool) -> bool:
    if not 0 <= index < len(tokens) or tokens[index].type != "text" or not tokens[index].content:
        return False
    return tokens[index].content[-1 if last else 0].isalnum()
