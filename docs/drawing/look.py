"""How a message looks on each platform, in its light theme."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Colours, and sizes in pixels. `round`: the radius of an avatar's corners; `code_ink`: of code within a line."""

    name: str
    badge: str
    ink: str
    faint: str
    link: str
    avatar: str
    round: float
    name_ink: str
    badge_ink: str
    badge_fill: str
    code_fill: str
    code_line: str
    code_ink: str
    button_fill: str
    button_line: str
    button_ink: str
    headings: tuple[float, ...] = (22, 18, 16)
    size: float = 15
    leading: float = 21
    code_size: float = 13
    code_leading: float = 18


DISCORD = Look(
    name="Discord",
    badge="APP",
    ink="#313338",
    faint="#6d6f78",
    link="#006ce7",
    avatar="#5865f2",
    round=20,
    name_ink="#060607",
    badge_ink="#ffffff",
    badge_fill="#5865f2",
    code_fill="#f2f3f5",
    code_line="#dfe1e5",
    code_ink="#313338",
    button_fill="#e7e8eb",
    button_line="#dfe1e5",
    button_ink="#313338",
)

SLACK = Look(
    name="Slack",
    badge="APP",
    ink="#1d1c1d",
    faint="#616061",
    link="#1264a3",
    avatar="#2b7a5f",
    round=8,
    name_ink="#1d1c1d",
    badge_ink="#616061",
    badge_fill="#e8e8e8",
    code_fill="#f8f8f8",
    code_line="#dddddd",
    code_ink="#c01343",
    button_fill="#ffffff",
    button_line="#bbbbbb",
    button_ink="#1d1c1d",
    headings=(19, 17, 15),
)

LOOKS = {"discord": DISCORD, "slack": SLACK}

ACCENTS = {"danger": ("#d22d39", "#ffffff"), "primary": ("#5865f2", "#ffffff"), "success": ("#248046", "#ffffff")}
"""Fill and ink of buttons that stand out."""
