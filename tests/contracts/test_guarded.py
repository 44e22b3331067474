"""Redis behind passwords and TLS, in every shape: the store and the wakes get in with what stands in `REDIS_URL`, and not without."""

import asyncio
import gc
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from bot.errors import StoreUnavailable
from bot.store.connection import open_store
from bot.turns.docket_wakes import open_wakes
from bot.vocabulary.lane import Lane
from tests.contracts.test_topologies import carried
from tests.engine.samples import THREAD
from tests.engine.turns.crew import until
from tests.fakes.redis_access import PASSWORD, SENTINEL_PASSWORD, guarded
from tests.fakes.redis_servers import Access, ClusterServers, SentinelServers, Servers, SingleServer


@pytest.fixture(scope="module", params=["single", "sentinel", "cluster"])
def closed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that ask for a password, over TLS if the machine has one that can."""
    folder = tmp_path_factory.mktemp("keys")
    access = guarded(folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))  # as if the system trusted it: a Cluster's URL takes none
        with _servers(request.param, access) as servers:
            yield servers


def _servers(kind: str, access: Access) -> Servers:
    if kind == "sentinel":
        return SentinelServers(access, patient=True)
    return SingleServer(access) if kind == "single" else ClusterServers(access)


async def test_the_store_and_the_wakes_get_in(closed: Servers) -> None:
    heard: list[str] = []

    async def woken(lane: str, _: float) -> None:
        heard.append(lane)

    async with open_store(closed.url) as store, open_wakes(closed.url) as wakes, wakes.received(woken, platforms=("discord",)):
        await store.set("key", "value")
        assert await store.get("key") == "value"
        assert await store.run("once", ["seen"], [10], replicated=True) == 1
        await until(lambda: carried(wakes, Lane(THREAD), heard), within=30)


@pytest.mark.parametrize("secret", [PASSWORD, SENTINEL_PASSWORD])
async def test_nobody_else_does(closed: Servers, secret: str) -> None:
    forms = [form for form in (quote(secret, safe=""), quote(secret, safe="").replace("%20", "+")) if form in closed.url]
    if not forms:
        pytest.skip("only Sentinels have a password of their own")
    async with open_store(closed.url.replace(forms[0], "wrong")) as stranger:
        with pytest.raises(StoreUnavailable) as refused:
            await stranger.get("key")
    assert "wrong" not in str(refused.value)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # see its last lines
async def test_who_is_not_trusted_is_not_told_anything(closed: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    if not closed.url.startswith("rediss"):
        pytest.skip("no server here that can do TLS")
    monkeypatch.delenv("SSL_CERT_FILE")
    async with open_store(closed.url.partition("?ssl")[0].partition("&ssl")[0]) as store:
        with pytest.raises(StoreUnavailable):
            await store.get("key")
    # asyncio closes connections whose handshake failed a moment later, and never those whose handshake was given up half-way, as on a
    # busy machine: what it left open is collected here, and not in somebody else's test
    await asyncio.sleep(0.1)
    gc.collect()
