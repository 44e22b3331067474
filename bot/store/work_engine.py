"""Redis as the work engine is told of it. Its own reading of `REDIS_URL` differs from ours in every larger shape."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from redis.credentials import CredentialProvider, UsernamePasswordCredentialProvider

from bot.store.url import TLS, StoreUrl

PASSED_ON = ("socket_connect_timeout", "socket_keepalive", "client_name")
"""Options that make sense there too. Not the time-out: its reads wait for as long as there is no work."""


@dataclass(frozen=True, slots=True)
class WorkEngineAddress:
    """`urls` are tried in turn until one answers: of a Cluster it takes one node, which tells it of the others.

    The account travels beside them: it keeps an encoded password encoded in one place, and logs its URL in another.
    """

    urls: tuple[str, ...] = field(repr=False)
    credentials: CredentialProvider | None


def work_engine_address(where: StoreUrl, *, connections: int) -> WorkEngineAddress:
    """How the work engine reaches the same Redis, with at most `connections` of its own."""
    more = urlencode(_query(where) | {"max_connections": connections}, quote_via=quote)
    credentials = UsernamePasswordCredentialProvider(where.username or None, where.password) if where.password else None
    return WorkEngineAddress(tuple(f"{base}?{more}" for base in _bases(where)), credentials)


def _bases(where: StoreUrl) -> list[str]:
    secure = "rediss" if where.tls else "redis"
    hosts = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in where.hosts]
    if where.socket:
        return [f"unix://{quote(where.socket)}"]
    if where.kind == "sentinel":
        return [f"{secure}+sentinel://{','.join(hosts)}/{where.service}/{where.database}"]
    if where.kind == "cluster":
        return [f"{secure}+cluster://{host}" for host in hosts]
    return [f"{secure}://{hosts[0]}/{where.database}"]


def _query(where: StoreUrl) -> dict[str, str | int | float | bool]:
    query = {name: value for name, value in where.options if name in PASSED_ON or name.startswith(TLS)}
    if where.socket:
        query["db"] = where.database
    if where.sentinel_username:
        query["sentinel_username"] = where.sentinel_username
    if where.sentinel_password:
        query["sentinel_password"] = where.sentinel_password
    return query
