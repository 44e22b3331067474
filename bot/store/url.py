"""`REDIS_URL` taken apart once, for our client."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from bot.errors import SettingsInvalid

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """Where Redis is. `hosts` is empty for a unix socket; `service` is the Sentinel master's name."""

    kind: Literal["single", "sentinel", "cluster"]
    url: str
    hosts: tuple[tuple[str, int], ...]
    service: str = ""
    database: int = 0
    username: str = ""
    password: str = ""
    tls: bool = False

    @property
    def loopback(self) -> bool:
        """Whether it is only reachable from this machine."""
        return all(host in LOOPBACK for host, _ in self.hosts)


def parse_url(url: str) -> StoreUrl:
    """Raises `SettingsInvalid` with the form that was expected; the text never repeats the URL, which may hold a password."""
    scheme, _, rest = url.partition("://")
    if scheme == "unix":
        return StoreUrl("single", url, ())
    account, _, tail = rest.partition("/")
    username, password, netloc = _account(account)
    hosts = tuple(_host(part, 26379 if scheme == "redis+sentinel" else 6379) for part in netloc.split(",") if part)
    path = urlsplit(f"//x/{tail}").path.strip("/").split("/")
    if not hosts:
        raise SettingsInvalid("REDIS_URL names no host; write for example redis://localhost:6379/0")
    if scheme == "redis+cluster":
        return StoreUrl("cluster", url, hosts, username=username, password=password)
    if scheme == "redis+sentinel":
        if not path[0]:
            raise SettingsInvalid("REDIS_URL needs the master's name: redis+sentinel://host:26379,host:26379/mymaster/0")
        return StoreUrl("sentinel", url, hosts, path[0], int(path[1]) if len(path) > 1 else 0, username, password)
    return StoreUrl("single", url, hosts, username=username, password=password, tls=scheme == "rediss")


def _account(text: str) -> tuple[str, str, str]:
    account, at, netloc = text.rpartition("@")
    username, _, password = account.partition(":") if at else ("", "", "")
    return unquote(username), unquote(password), netloc


def _host(text: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    try:
        port = parts.port
    except ValueError:
        raise SettingsInvalid("REDIS_URL has a port that is not a number from 0 to 65535") from None
    return parts.hostname or "localhost", port or default_port
