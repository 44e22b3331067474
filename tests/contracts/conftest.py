"""The contracts hold on one server, under Sentinels and on a Cluster. All real, all ours."""

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.store.connection import Store, open_store
from tests.fakes.redis_servers import ClusterServers, SentinelServers, Servers


@pytest.fixture(scope="session", params=["single", "sentinel", "cluster"])
def larger(request: pytest.FixtureRequest) -> Iterator[Servers | None]:
    """The servers of a larger shape, started when the first test asks; None for the one server that all tests share."""
    if request.param == "single":
        yield None
        return
    with SentinelServers(patient=True) if request.param == "sentinel" else ClusterServers() as servers:
        yield servers


@pytest.fixture
def topology_url(larger: Servers | None, request: pytest.FixtureRequest) -> Iterator[str]:
    """`REDIS_URL` of one shape after the other, its data wiped before and after."""
    if larger is None:
        yield request.getfixturevalue("redis_url")
        return
    larger.wipe()
    yield larger.url
    larger.wipe()


@pytest.fixture
async def store(topology_url: str) -> AsyncIterator[Store]:
    """An empty store, of each shape."""
    async with open_store(topology_url) as opened:
        yield opened
