"""What doctor finds on the engine's side, each with its remedy, against real servers that are set up wrong."""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.examination import examine
from bot.settings import Settings
from bot.store.connection import Store
from bot.store.keys import PARTITIONS, ConversationKeys, LaneKeys, ServerKeys, pending
from bot.turns.buried import Graveyard
from bot.turns.mailbox import Mailbox
from bot.vocabulary.finding import Finding, Level
from bot.vocabulary.lane import Lane
from tests.engine.samples import CHANNEL, DIRECT, inbound, turn
from tests.engine.whole import settings_for
from tests.fakes.model.server import ModelServer

NOWHERE = "http://127.0.0.1:9/v1"
"""The discard port: nobody listens."""


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


async def found(settings: Settings) -> dict[str, Finding]:
    findings = await examine(settings)
    by_subject = {finding.subject: finding for finding in findings}
    assert len(by_subject) == len(findings)
    for finding in findings:
        assert finding.seen
        assert bool(finding.remedy) is (finding.level is not Level.OK), finding
    return by_subject


@contextlib.asynccontextmanager
async def configured(store: Store, **values: str) -> AsyncIterator[None]:
    """The test server under other settings, for a while."""
    client: Any = store._client
    names = {name.replace("_", "-"): value for name, value in values.items()}
    before = {name: (await client.config_get(name))[name] for name in names}
    try:
        for name, value in names.items():
            await client.config_set(name, value)
        yield
    finally:
        for name, value in before.items():
            await client.config_set(name, value)


async def test_all_is_well(redis_url: str, model: ModelServer) -> None:
    findings = await found(
        settings_for(redis_url, model.base_url, openai_api_key="sk-test-0123456789", budget_per_day=5.0, price_input=1, price_output=2)
    )
    assert {finding.level for finding in findings.values()} == {Level.OK}, findings
    assert {"Redis", "Redis persistence", "Moderation", "Budget", "Model endpoint", "Model test-model"} <= set(findings)
    assert {"Waiting messages", "Buried turns", "Stored keys"} <= set(findings)


async def test_our_own_server_is_started_looked_at_and_ended(tmp_path: Path, model: ModelServer) -> None:
    findings = await found(settings_for("", model.base_url, data_dir=tmp_path))
    assert findings["Redis"].level is Level.OK
    assert str(tmp_path) in findings["Redis"].seen
    assert not (tmp_path / "redis" / "redis.sock").exists()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9", "unix:///nowhere/redis.sock"])
async def test_redis_is_away(model: ModelServer, url: str) -> None:
    finding = (await found(settings_for(url, model.base_url)))["Redis"]
    assert finding.level is Level.FATAL
    assert "REDIS_URL" in finding.remedy


async def test_a_url_that_cannot_be_read(model: ModelServer) -> None:
    finding = (await found(settings_for("redis://ada:hunter2@localhost:hunter2", model.base_url)))["Redis"]
    assert finding.level is Level.FATAL
    assert "port" in finding.remedy
    assert "hunter2" not in f"{finding.seen}{finding.remedy}"


async def test_a_data_folder_that_cannot_be_made(tmp_path: Path, model: ModelServer) -> None:
    (tmp_path / "file").touch()
    finding = (await found(settings_for("", model.base_url, data_dir=tmp_path / "file")))["Redis"]
    assert finding.level is Level.FATAL
    assert "data folder" in finding.seen


async def test_the_append_only_file_is_off(store: Store, redis_url: str, model: ModelServer) -> None:
    async with configured(store, appendonly="no"):
        finding = (await found(settings_for(redis_url, model.base_url)))["Redis persistence"]
    assert finding.level is Level.WARNING
    assert "appendonly yes" in finding.remedy


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_the_server_may_evict(store: Store, redis_url: str, model: ModelServer, policy: str) -> None:
    async with configured(store, maxmemory_policy=policy):
        finding = (await found(settings_for(redis_url, model.base_url)))["Redis eviction"]
    assert finding.level is Level.FATAL
    assert policy in finding.seen
    assert "noeviction" in finding.remedy


@pytest.mark.parametrize(
    ("url", "problems"),
    [
        ("redis://10.255.255.1:6379", {"Redis password": Level.FATAL, "Redis TLS": Level.WARNING}),
        ("redis://:hunter2@10.255.255.1:6379", {"Redis TLS": Level.WARNING}),
        ("rediss://10.255.255.1:6379", {"Redis password": Level.FATAL}),
        ("rediss://:hunter2@10.255.255.1:6379", {}),
    ],
)
async def test_a_server_elsewhere_wants_a_password_and_tls(model: ModelServer, url: str, problems: dict[str, Level]) -> None:
    findings = await found(settings_for(f"{url}?socket_connect_timeout=0.05", model.base_url))
    assert {name: finding.level for name, finding in findings.items() if name in ("Redis password", "Redis TLS")} == problems
    assert findings["Redis"].level is Level.FATAL
    assert "hunter2" not in str(findings)


async def test_the_model_is_unreachable(redis_url: str, model: ModelServer) -> None:
    findings = await found(settings_for(redis_url, NOWHERE, moderation_base_url=model.base_url))
    assert findings["Model endpoint"].level is Level.FATAL
    assert findings["Moderation"].level is Level.OK


@pytest.mark.parametrize(("token", "level"), [({}, Level.WARNING), ({"discord_bot_token": "token"}, Level.FATAL)])
async def test_no_model_is_set(redis_url: str, token: dict[str, str], level: Level) -> None:
    findings = await found(settings_for(redis_url, "", **token))
    assert findings["Model"].level is level
    assert "OPENAI_API_KEY" in findings["Model"].remedy
    assert "Moderation" not in findings


@pytest.mark.parametrize(("on_error", "level"), [("block", Level.FATAL), ("allow", Level.WARNING)])
async def test_moderation_is_unreachable(redis_url: str, model: ModelServer, on_error: str, level: Level) -> None:
    settings = settings_for(redis_url, model.base_url, moderation_base_url=NOWHERE, moderation_on_error=on_error)
    assert (await found(settings))["Moderation"].level is level


async def test_moderation_is_switched_off(redis_url: str, model: ModelServer) -> None:
    assert (await found(settings_for(redis_url, model.base_url, moderation=False)))["Moderation"].level is Level.WARNING


async def test_the_endpoint_has_no_moderation(redis_url: str, model: ModelServer) -> None:
    settings = settings_for(redis_url, model.base_url, moderation_base_url=f"{model.url}/elsewhere")
    finding = (await found(settings))["Moderation"]
    assert finding.level is Level.FATAL
    assert "MODERATION=off" in finding.remedy


async def test_a_budget_needs_prices(redis_url: str) -> None:
    # no endpoint of its own: at a local one everything costs nothing
    settings = settings_for(redis_url, "", openai_model="nobody-knows-this-model", budget_per_day=5.0)
    finding = (await found(settings))["Budget"]
    assert finding.level is Level.FATAL
    assert "nobody-knows-this-model" in finding.seen
    assert "PRICE_INPUT" in finding.remedy


async def test_turns_that_were_given_up_on_any_server(store: Store, redis_url: str, model: ModelServer) -> None:
    graveyard = Graveyard(store, clock=SystemClock())
    for number in range(5):
        said = inbound("my secret words", conversation=CHANNEL if number % 2 else DIRECT)
        await graveyard.bury(replace(turn(said), id=f"turn{number}"), reason="KeyError")
    finding = (await found(settings_for(redis_url, model.base_url)))["Buried turns"]
    assert finding.level is Level.WARNING
    assert finding.seen.startswith("5 turns were given up; the newest: turn")
    assert finding.seen.count("KeyError") == 3
    assert time.strftime("%Y-%m-", time.gmtime()) in finding.seen
    assert "discord:dm-ada" in finding.seen or "discord:guild" in finding.seen
    assert "secret" not in finding.seen
    assert "status again" in finding.remedy


@pytest.mark.parametrize(("age", "level"), [(30, Level.OK), (600, Level.WARNING)])
async def test_messages_that_nobody_answers(store: Store, redis_url: str, model: ModelServer, age: int, level: Level) -> None:
    said = inbound("is anybody there?")
    await Mailbox(store, most=10).join(said, Lane.of(said))
    mailbox = LaneKeys(Lane.of(said)).mailbox
    since, _, rest = (await store.range(mailbox, 0, 0))[0].partition(" ")
    await store._client.lset(mailbox, 0, f"{int(since) - age * 1000} {rest}")
    finding = (await found(settings_for(redis_url, model.base_url)))["Waiting messages"]
    assert finding.level is level
    assert level is Level.OK or "worker" in finding.remedy


async def test_keys_that_should_have_an_end(store: Store, redis_url: str, model: ModelServer) -> None:
    await store.set(ServerKeys(CHANNEL.server_key).persona, "an admin set it")
    for number in range(PARTITIONS):
        await store._client.zadd(pending(number), {"nothing of ours": 1})
    await store.set("parley-work-discord:stream", "the work engine's own")
    await store.set(ConversationKeys(CHANNEL).seen("1"), "1", ttl=60)
    settings = settings_for(redis_url, model.base_url)
    assert (await found(settings))["Stored keys"].level is Level.OK
    for number in range(3):
        await store.set(ConversationKeys(CHANNEL).seen(f"for ever {number}"), "1")
    await store.set("parley:odd", "1")
    finding = (await found(settings))["Stored keys"]
    assert finding.level is Level.WARNING
    assert "3 × seen" in finding.seen
    assert "1 × odd" in finding.seen
    assert "persona" not in finding.seen
