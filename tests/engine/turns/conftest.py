"""A crew on the test server."""

import pytest

from bot.store.connection import Store
from bot.store.embedded import EmbeddedServer
from tests.engine.turns.crew import Crew


@pytest.fixture
def crew(redis_server: EmbeddedServer, store: Store) -> Crew:
    return Crew(redis_server, store)
