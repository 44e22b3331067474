"""Logs as a process writes them: one line a turn, nobody's words, no secret."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.store.connection import Store
from bot.store.embedded import EmbeddedServer
from bot.telemetry.logs import without_secrets
from tests.engine.telemetry.provoking import KEY, PASSWORD, TURNS, WORDS

CONSOLE = """
from bot.telemetry.logs import configure_logs
import logging, structlog
configure_logs(level="{level}", style="{style}")
structlog.get_logger("bot.x").info("told", turn="t1")
structlog.get_logger("bot.x").debug("whispered")
logging.getLogger("discord.gateway").info("for its own developers")
logging.getLogger("discord.gateway").warning("worth knowing")
try:
    raise RuntimeError("Bearer abcdefghijklmnop")
except RuntimeError:
    structlog.get_logger("bot.x").exception("broke")
"""


def logged(*, level: str = "INFO", style: str = "auto") -> str:
    done = subprocess.run(
        [sys.executable, "-c", CONSOLE.format(level=level, style=style)], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == ""
    return done.stderr


@pytest.fixture
async def account(store: Store) -> AsyncIterator[None]:
    await store._client.acl_setuser("parley", enabled=True, passwords=[f"+{PASSWORD}"], categories=["+@all"], keys=["*"], channels=["*"])
    yield
    await store._client.acl_deluser("parley")


@pytest.fixture
def lines(redis_server: EmbeddedServer, account: None) -> list[str]:
    """What a process logs that goes through every failure."""
    command = [sys.executable, "-m", "tests.engine.telemetry.provoking", str(redis_server.socket)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_every_failure_is_told_without_words_or_secrets(lines: list[str]) -> None:
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
    told = "\n".join(lines)
    assert WORDS not in told
    assert "QUINCE" not in told
    assert KEY not in told
    assert {entry["level"] for entry in entries} >= {"info", "error"}
    turns = [entry for entry in entries if entry["event"] == "turn"]
    assert len(turns) == TURNS
    assert Counter(entry["outcome"] for entry in turns) >= Counter(
        {"answered": 3, "refused": 2, "failed": 7, "truncated": 2, "unfinished": 1}
    )
    assert len({entry["turn"] for entry in turns}) == TURNS
    for entry in turns:
        assert entry["conversation"] == "discord:guild:general:thread"
        assert {"model", "tokens_in", "tokens_out", "cost_usd", "first_token", "seconds", "calls", "attempt", "outcome"} <= set(entry)
        assert ("error" in entry) is (entry["outcome"] in ("refused", "failed", "truncated", "unfinished"))
    broke = next(entry for entry in entries if entry["event"] == "turn broke")
    assert "RuntimeError" in broke["exception"]
    assert "[secret]" in broke["exception"]
    assert broke["turn"] in {entry["turn"] for entry in turns}


def test_text_and_json() -> None:
    entries = [json.loads(line) for line in logged(style="json").splitlines()]
    assert [(entry["event"], entry["level"], entry["logger"]) for entry in entries] == [
        ("told", "info", "bot.x"),
        ("worth knowing", "warning", "discord.gateway"),
        ("broke", "error", "bot.x"),
    ]
    assert entries[0]["turn"] == "t1"
    assert logged(style="auto").splitlines()[0].startswith("{"), "no terminal, no colours"
    text = logged(style="text")
    assert "told" in text
    assert "turn=t1" in text
    assert "abcdefghijklmnop" not in text
    assert "\x1b" not in text


def test_levels() -> None:
    assert "whispered" in logged(level="DEBUG", style="json")
    assert "for its own developers" not in logged(level="DEBUG", style="json")
    assert "told" not in logged(level="WARNING", style="json")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("key sk-proj-abcdefghij0123", "key [secret]"),
        ("Incorrect API key provided: sk-abcdefghij.", "Incorrect API key provided: [secret]."),
        ("xoxb-123456789012-abc xapp-1-A0123-45678-ff", "[secret] [secret]"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe." + "x" * 38, "[secret]"),
        ("redis://:p4ss@host:1/0", "redis://[secret]@host:1/0"),
        ("redis+sentinel://ada:p4ss@a,b/x", "redis+sentinel://[secret]@a,b/x"),
        ("Authorization: Bearer abcdef.ghi-jkl", "Authorization: Bearer [secret]"),
        ("a task-oriented risk-averse desk-bound word", "a task-oriented risk-averse desk-bound word"),
        ("http://127.0.0.1:8000/v1 took 3:4 @ home", "http://127.0.0.1:8000/v1 took 3:4 @ home"),
        ("bot.turns.walk 2026-11-20T14:00:00.123456Z", "bot.turns.walk 2026-11-20T14:00:00.123456Z"),
    ],
)
def test_secrets_are_known_by_their_shape(line: str, left: str) -> None:
    assert without_secrets(line) == left
