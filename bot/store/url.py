"""`REDIS_URL` taken apart once, for our client and for the work engine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bot.errors import SettingsInvalid

Kind = Literal["single", "sentinel", "cluster"]
Option = str | int | float | bool

KINDS: dict[str, Kind] = {
    "redis": "single", "rediss": "single", "unix": "single", "redis+sentinel": "sentinel", "rediss+sentinel": "sentinel",
    "redis+cluster": "cluster", "rediss+cluster": "cluster",
}  # fmt: skip

UNREADABLE = "REDIS_URL cannot be read; write for example redis://localhost:6379/0"

TLS = "ssl_"
"""What the options of TLS begin with."""


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError
    return int(text)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise ValueError
    return seconds


def _yes(text: str) -> bool:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]


OPTIONS: dict[str, Callable[[str], Option]] = {
    "username": str, "password": str, "db": _number, "sentinel_username": str, "sentinel_password": str,
    "socket_timeout": _seconds, "socket_connect_timeout": _seconds, "socket_keepalive": _yes, "health_check_interval": _number,
    "client_name": str, "max_connections": _number,
    "ssl_ca_certs": str, "ssl_certfile": str, "ssl_keyfile": str, "ssl_cert_reqs": str, "ssl_check_hostname": _yes,
}  # fmt: skip
"""What may stand behind the question mark: redis-py's own names, and the Sentinels' account."""


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """Where Redis is. `hosts` is empty for a unix socket; `service` is the Sentinel master's name; `options` are redis-py's."""

    kind: Kind
    url: str = field(repr=False)
    hosts: tuple[tuple[str, int], ...]
    service: str = ""
    database: int = 0
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    socket: str = ""
    sentinel_username: str = ""
    sentinel_password: str = field(default="", repr=False)
    options: tuple[tuple[str, Option], ...] = ()

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
    end = next((place for place, character in enumerate(rest) if character in "/?#"), len(rest))
    path = _split(f"//x{rest[end:]}")
    username, password, netloc = _account(rest[:end])
    options = _options(path.query, scheme)
    socket = unquote(path.path) if scheme == "unix" else ""
    service, database = _service(path.path, kind) if not socket else ("", 0)
    return StoreUrl(
        kind,
        url,
        _hosts(netloc, kind, socket=socket if scheme == "unix" else None),
        service,
        int(options.pop("db", database)),
        str(options.pop("username", username)),
        str(options.pop("password", password)),
        scheme.startswith("rediss"),
        socket,
        str(options.pop("sentinel_username", "")),
        str(options.pop("sentinel_password", "")),
        tuple(options.items()),
    )


def _split(text: str) -> SplitResult:
    try:
        text.encode()  # what the environment could not decode, no server can be sent
        parts = urlsplit(text)
    except ValueError:  # brackets that hold no address
        raise SettingsInvalid(UNREADABLE) from None
    if parts.fragment:
        raise SettingsInvalid("REDIS_URL has a `#`; write %23 where it belongs to a password or a name")
    return parts


def _account(text: str) -> tuple[str, str, str]:
    account, at, netloc = text.rpartition("@")
    username, _, password = account.partition(":") if at else ("", "", "")
    return unquote(username), unquote(password), netloc


def _hosts(netloc: str, kind: Kind, *, socket: str | None) -> tuple[tuple[str, int], ...]:
    if socket is not None:
        if not socket.strip("/"):
            raise SettingsInvalid("REDIS_URL names no socket; write for example unix:///run/redis/redis.sock")
        return ()
    hosts = tuple(_host(part, 26379 if kind == "sentinel" else 6379) for part in netloc.split(",") if part)
    if not hosts:
        raise SettingsInvalid("REDIS_URL names no host; write for example redis://localhost:6379/0")
    if kind == "single" and len(hosts) > 1:
        raise SettingsInvalid("REDIS_URL names several hosts; that takes redis+sentinel:// or redis+cluster://")
    return hosts


def _host(text: str, default_port: int) -> tuple[str, int]:
    parts = _split(f"//{text}")
    try:
        port = parts.port
    except ValueError:
        raise SettingsInvalid("REDIS_URL has a port that is not a number from 0 to 65535") from None
    return parts.hostname or "localhost", port or default_port


def _service(path: str, kind: Kind) -> tuple[str, int]:
    """The master's name, where Sentinels know it by one, and the database."""
    service, _, database = path.strip("/").partition("/") if kind == "sentinel" else ("", "", path.strip("/"))
    if kind == "sentinel" and not service:
        raise SettingsInvalid("REDIS_URL needs the master's name: redis+sentinel://host:26379,host:26379/mymaster/0")
    if set(unquote(service)) & set("/?#%"):
        raise SettingsInvalid("REDIS_URL names a master with one of / ? # % in its name; that cannot be asked for")
    if database and not (database.isascii() and database.isdecimal()):
        raise SettingsInvalid("REDIS_URL ends in a database that is not a number; write for example redis://localhost:6379/0")
    if kind == "cluster" and int(database or "0"):
        raise SettingsInvalid("REDIS_URL names a database; a Cluster has only one, leave the number out")
    return unquote(service), int(database or "0")


def _options(query: str, scheme: str) -> dict[str, Option]:
    """Each is honoured or refused: one that was overlooked in silence is found in the middle of an outage."""
    options: dict[str, Option] = {}
    known = tuple(_known(scheme))
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise SettingsInvalid(f"REDIS_URL has an option behind `?` that cannot be used with {scheme}://; it takes {', '.join(known)}")
        if name in options:
            raise SettingsInvalid("REDIS_URL has an option behind `?` twice")
        try:
            options[name] = OPTIONS[name](text)
        except (KeyError, ValueError):  # its words are not ours to repeat
            raise SettingsInvalid("REDIS_URL has an option behind `?` that cannot be read") from None
    if options.get("ssl_cert_reqs", "none") not in {"none", "optional", "required"} or options.get("max_connections") == 0:
        raise SettingsInvalid("REDIS_URL has an option behind `?` that cannot be read")
    return options


def _known(scheme: str) -> Iterator[str]:
    kind, tls = KINDS[scheme], scheme.startswith("rediss")
    for name in OPTIONS:
        if name.startswith("sentinel_"):
            known = kind == "sentinel"
        elif name == "db":
            known = kind == "single"  # it stands in the path elsewhere, or there is only one
        elif name == "socket_keepalive":
            known = scheme != "unix"
        else:  # the work engine takes no option of TLS with a Cluster: what the system trusts is trusted there
            known = not name.startswith(TLS) or (tls and kind != "cluster")
        if known:
            yield name


def _on_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
