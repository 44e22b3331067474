"""`REDIS_URL` taken apart once, for our client."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from bot.errors import SettingsInvalid

Kind = Literal["single", "sentinel", "cluster"]

KINDS: dict[str, Kind] = {
    "redis": "single", "rediss": "single", "unix": "single", "redis+sentinel": "sentinel", "redis+cluster": "cluster",
}  # fmt: skip

UNREADABLE = "REDIS_URL cannot be read; write for example redis://localhost:6379/0"


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """Where Redis is. `hosts` is empty for a unix socket; `service` is the Sentinel master's name."""

    kind: Kind
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
        return all(_on_loopback(host) for host, _ in self.hosts)


def parse_url(url: str) -> StoreUrl:
    """Raises `SettingsInvalid` with the form that was expected; the text never repeats the URL, which may hold a password."""
    scheme, mark, rest = url.partition("://")
    kind = KINDS.get(scheme)
    if kind is None or not mark:
        raise SettingsInvalid(f"REDIS_URL must begin with one of {', '.join(f'{known}://' for known in KINDS)}")
    account, path = _split(f"//{rest.partition('/')[0]}"), _split(f"//x/{rest.partition('/')[2]}")
    username, password, netloc = _account(account.netloc)
    query = parse_qs(account.query or path.query)
    username, password = query.get("username", [username])[0], query.get("password", [password])[0]
    if scheme == "unix":
        if not path.path.strip("/"):
            raise SettingsInvalid("REDIS_URL names no socket; write for example unix:///run/redis/redis.sock")
        return StoreUrl(kind, url, (), username=username, password=password)
    hosts = tuple(_host(part, 26379 if kind == "sentinel" else 6379) for part in netloc.split(",") if part)
    if not hosts:
        raise SettingsInvalid("REDIS_URL names no host; write for example redis://localhost:6379/0")
    if kind == "sentinel":
        service, database = _service(path.path)
        return StoreUrl(kind, url, hosts, service, database, username, password)
    if kind == "single" and len(hosts) > 1:
        raise SettingsInvalid("REDIS_URL names several hosts; that takes redis+sentinel:// or redis+cluster://")
    return StoreUrl(kind, url, hosts, username=username, password=password, tls=scheme == "rediss")


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # brackets that hold no address
        raise SettingsInvalid(UNREADABLE) from None


def _account(text: str) -> tuple[str, str, str]:
    account, at, netloc = text.rpartition("@")
    username, _, password = account.partition(":") if at else ("", "", "")
    return unquote(username), unquote(password), netloc


def _host(text: str, default_port: int) -> tuple[str, int]:
    parts = _split(f"//{text}")
    try:
        port = parts.port
    except ValueError:
        raise SettingsInvalid("REDIS_URL has a port that is not a number from 0 to 65535") from None
    return parts.hostname or "localhost", port or default_port


def _service(path: str) -> tuple[str, int]:
    service, _, database = path.strip("/").partition("/")
    if not service:
        raise SettingsInvalid("REDIS_URL needs the master's name: redis+sentinel://host:26379,host:26379/mymaster/0")
    if database and not (database.isascii() and database.isdecimal()):
        raise SettingsInvalid("REDIS_URL ends in a database that is not a number: redis+sentinel://host:26379/mymaster/0")
    return unquote(service), int(database or "0")


def _on_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
