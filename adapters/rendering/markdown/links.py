"""Where a link goes, told to whoever reads it."""

import re
from urllib.parse import urlsplit

_WEB = ("http://", "https://")
_EDGE = r"[\w.@-]"


def is_web(href: str) -> bool:
    """Whether people may be led there: no scheme but http and https is written as a link."""
    return href.lower().startswith(_WEB)


def host(href: str) -> str:
    """The host that `href` leads to, without user names and port; empty when there is none."""
    try:
        return (urlsplit(href).hostname or "").removeprefix("www.")
    except ValueError:  # such as half an IPv6 address
        return ""


def shows(label: str, name: str) -> bool:
    """Whether `label` tells the host `name` already, as a name of its own and not as a part of another one's."""
    return bool(name) and re.search(rf"(?<!{_EDGE})(?:www\.)?{re.escape(name)}(?![\w@-]|\.\w)", label, re.IGNORECASE) is not None


def is_itself(label: str, href: str) -> bool:
    """Whether the label is the address."""
    bare = label.strip().rstrip("/").casefold()
    return bare in {href.rstrip("/").casefold(), href.partition("://")[2].rstrip("/").casefold()}
