"""The commands: what they refuse before anything starts, and what needs no engine."""

import json
from pathlib import Path

from tests.adapters.console.conftest import Run

DISCORD = {"DISCORD_BOT_TOKEN": "very-secret-token"}


async def test_wrong_settings_are_all_named_at_once_and_no_secret_is(run: Run, tmp_path: Path) -> None:
    wrong = {
        "OPENAI_TEMPERATURE": "9",
        "PORT": "http",
        "REDIS_URL": "mysql://me:hunter2@db",
        "SLACK_BOT_TOKEN": "xoxb-hunter2",
        "BUDGET_PER_DAY": "-1",
    }
    ran = await run(stdin=b"hello", env=wrong)
    assert (ran.status, ran.out) == (2, "")
    for name in ("OPENAI_TEMPERATURE", "PORT", "REDIS_URL", "BUDGET_PER_DAY", "SLACK_APP_TOKEN"):
        assert name in ran.err
    assert "hunter2" not in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "data").exists()


async def test_platform_tokens_without_a_model_are_one_sentence(run: Run, tmp_path: Path) -> None:
    ran = await run(env=DISCORD)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("No model is set: ")
    assert ran.err.count("\n") == 1
    assert "very-secret-token" not in ran.err
    assert not (tmp_path / "data").exists()


async def test_run_and_worker_without_tokens_say_which(run: Run) -> None:
    model = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "MODERATION": "off"}
    for args, sentence in (
        (("run",), "No platform has tokens"),
        (("worker",), "No platform has tokens"),
        (("run", "slack"), "SLACK_BOT_TOKEN is not set"),
    ):
        ran = await run(*args, env=model | (DISCORD if "slack" in args else {}))
        assert (ran.status, ran.out) == (2, "")
        assert sentence in ran.err


async def test_an_unknown_platform_is_refused(run: Run) -> None:
    ran = await run("run", "teams")
    assert ran.status == 2
    assert "discord" in ran.err


async def test_the_slack_manifest_is_json_for_either_mode(run: Run) -> None:
    socket = json.loads((await run("manifest", "slack")).out)
    assert socket["settings"]["socket_mode_enabled"] is True
    assert "agent_view" in socket["features"]
    http = json.loads((await run("manifest", "slack", "--url", "https://parley.example")).out)
    assert http["settings"]["event_subscriptions"]["request_url"] == "https://parley.example/slack/events"
    refused = await run("manifest", "slack", "--url", "ftp://parley.example")
    assert refused.status == 2
    assert "https://" in refused.err


async def test_an_invite_without_a_token_is_refused_in_words(run: Run) -> None:
    ran = await run("invite", "discord")
    assert (ran.status, ran.err) == (2, "DISCORD_BOT_TOKEN is not set.\n")


async def test_help_imports_nothing_heavy(run: Run) -> None:
    ran = await run("--help")
    assert ran.status == 0
    for command in ("run", "chat", "worker", "doctor", "manifest", "invite"):
        assert f"  {command} " in ran.out


async def test_receiving_only_needs_tokens_and_no_model(run: Run) -> None:
    ran = await run("run", "--receive-only")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("No platform has tokens: ")
    ran = await run("run", "slack", "--receive-only", env=DISCORD)
    assert "SLACK_BOT_TOKEN is not set" in ran.err
    ran = await run("run", "--receive-only", env=DISCORD | {"DISCORD_API_URL": "http://127.0.0.1:9", "REDIS_URL": "redis://127.0.0.1:9"})
    assert ran.status == 2
    assert "model" not in ran.err
