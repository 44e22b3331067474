"""SVG as far as the pictures need it, written so that the same picture is always the same text."""

from xml.sax.saxutils import escape

SANS = "'Helvetica Neue', Helvetica, Arial, 'Noto Sans', 'DejaVu Sans', sans-serif"
MONO = "Consolas, Menlo, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
STYLE = f".s{{font-family:{SANS}}}.m{{font-family:{MONO}}}.b{{font-weight:bold}}.i{{font-style:italic}}"


class Canvas:
    """Shapes, the first drawn lowest. Everything is in pixels; `y` of a text is its base line."""

    def __init__(self) -> None:
        self._shapes: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, *, fill: str, line: str = "none", round: float = 0) -> None:
        size = f'width="{_n(width)}" height="{_n(height)}" rx="{_n(round)}"'
        self._shapes.append(f'<rect x="{_n(x)}" y="{_n(y)}" {size} fill="{fill}" stroke="{line}"/>')

    def disc(self, x: float, y: float, radius: float, *, fill: str) -> None:
        self._shapes.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>')

    def rule(self, x: float, y: float, width: float, height: float, *, fill: str) -> None:
        self._shapes.append(f'<path d="M{_n(x)} {_n(y)}l{_n(width)} {_n(height)}" stroke="{fill}"/>')

    def text(self, x: float, y: float, text: str, *, style: str, size: float, fill: str, width: float = 0) -> None:
        """`style`: letters of s (sans), m (mono), b (bold), i (italic). `width`: the text is fitted into it; 0: as the font has it,
        around `x`."""
        fit = f'textLength="{_n(width)}" lengthAdjust="spacingAndGlyphs"' if width else 'text-anchor="middle"'
        look = f'class="{" ".join(style)}" font-size="{_n(size)}" fill="{fill}"'
        self._shapes.append(f'<text x="{_n(x)}" y="{_n(y)}" {look} {fit}>{escape(text)}</text>')

    def over(self, other: "Canvas") -> None:
        """All shapes of `other` above what is here."""
        self._shapes += other._shapes

    def picture(self, width: float, height: float, *, title: str) -> str:
        """The whole file."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
        body = "\n".join(self._shapes)
        return f'{head} role="img" xml:space="preserve">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n{body}\n</svg>\n'


def _n(value: float) -> str:
    return f"{round(value, 1):g}"
