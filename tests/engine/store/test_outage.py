"""When an outage begins and ends: by what calls that overlap have to say."""

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from bot.store.outage import Outage


def fail(outage: Outage, error: Exception, *, may_refuse: bool = False) -> None:
    with pytest.raises(StoreUnavailable), outage.watched(may_refuse=may_refuse):
        raise error


def test_an_answer_to_a_call_from_before_does_not_end_it() -> None:
    outage = Outage(partial=False)
    with capture_logs() as lines:
        with outage.watched():  # its answer lay in a buffer when the server died
            fail(outage, RedisConnectionError("gone"))
        fail(outage, RedisConnectionError("still gone"))
        with outage.watched():
            pass
        with outage.watched():
            pass
    assert [line["event"] for line in lines] == ["redis away", "redis back"]


def test_a_no_that_is_reckoned_with_is_no_outage() -> None:
    outage = Outage(partial=False)
    with capture_logs() as lines:
        fail(outage, ResponseError("not for you"), may_refuse=True)
        fail(outage, RedisConnectionError("gone"), may_refuse=True)
    assert [line["event"] for line in lines] == ["redis away"]
