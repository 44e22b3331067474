"""What is sent, by profile."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.capabilities import EFFORTS, OPENAI_URL, Profile, Profiles, Sampled, fitting_effort, is_openai, parameters, profile_for
from bot.vocabulary.model import Message, Role, Sampling
from tests.engine.llm.doubles import REQUEST, request

OPENAI = profile_for("")
LOCAL = profile_for("http://127.0.0.1:11434/v1")
ALL = Sampling(
    temperature=0.5,
    max_tokens=100,
    top_p=0.9,
    presence_penalty=0.1,
    frequency_penalty=0.2,
    stop=("END",),
    seed=7,
    logit_bias={"50256": -100},
    reasoning_effort="none",
    verbosity="low",
    response_format="json_object",
)


def sent(profile: Profile, sampling: Sampling, *, stream: bool = True) -> dict[str, Any]:
    return parameters(profile, request(sampling=sampling), stream=stream)


def test_everything_on_openai() -> None:
    assert sent(OPENAI, ALL) == {
        "model": "test-model",
        "messages": [
            {"role": "system", "content": "You are Parley."},
            {"role": "user", "content": "How are you?", "name": "Ada_L"},
        ],
        "max_completion_tokens": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "stop": ["END"],
        "seed": 7,
        "logit_bias": {"50256": -100},
        "reasoning_effort": "none",
        "verbosity": "low",
        "response_format": {"type": "json_object"},
        "safety_identifier": hashlib.sha256(b"discord:1:2").hexdigest(),
        "stream": True,
        "stream_options": {"include_usage": True, "include_obfuscation": False},
    }


def test_elsewhere_only_what_everybody_knows() -> None:
    elsewhere = sent(LOCAL, ALL)
    assert elsewhere["max_tokens"] == 100
    assert elsewhere["stream_options"] == {"include_usage": True}
    assert not {"max_completion_tokens", "safety_identifier"} & elsewhere.keys()
    assert all("name" not in message for message in elsewhere["messages"])


def test_what_is_not_set_is_not_sent() -> None:
    assert sent(LOCAL, Sampling(response_format="text"), stream=False).keys() == {"model", "messages"}
    assert sent(replace(LOCAL, streams=False), Sampling()).keys() == {"model", "messages"}


@pytest.mark.parametrize("name", ["", "漢字", "<|>", "_"])
def test_names_that_the_api_would_refuse_are_left_out(name: str) -> None:
    said = replace(REQUEST, messages=(Message(Role.USER, "hi", name=name),))
    assert parameters(OPENAI, said)["messages"] == [{"role": "user", "content": "hi"}]


@given(st.text(max_size=200))
def test_a_name_is_always_one_that_the_api_takes(name: str) -> None:
    [message] = parameters(OPENAI, replace(REQUEST, messages=(Message(Role.USER, "hi", name=name),)))["messages"]
    assert len(message.get("name", "x")) <= 64
    assert message.get("name", "x").isascii()
    assert not set(message.get("name", "")) & set(" \t\n<>|\\/")


@pytest.mark.parametrize(
    ("sampled", "effort", "tempered"),
    [
        (Sampled.ALWAYS, "high", True),
        (Sampled.ALWAYS, None, True),
        (Sampled.UNLESS_ASKED, "high", False),
        (Sampled.UNLESS_ASKED, "none", True),
        (Sampled.UNLESS_ASKED, None, True),
        (Sampled.EFFORT_NONE, "high", False),
        (Sampled.EFFORT_NONE, "none", True),
        (Sampled.EFFORT_NONE, None, False),
    ],
)
def test_sampling_with_reasoning(sampled: Sampled, effort: str | None, tempered: bool) -> None:
    keys = sent(replace(OPENAI, sampled=sampled), replace(ALL, reasoning_effort=effort)).keys()
    assert ("temperature" in keys, "top_p" in keys) == (tempered, tempered)
    assert "presence_penalty" in keys


@pytest.mark.parametrize(
    ("asked", "takes", "fits"),
    [
        ("none", ("low", "medium"), "low"),
        ("max", ("low", "medium"), "medium"),
        ("medium", ("low", "high"), "low"),
        ("low", ("low", "high"), "low"),
        ("none", (), "none"),
        (None, ("low",), None),
        ("thorough", ("low",), "thorough"),
    ],
)
def test_the_nearest_effort(asked: str | None, takes: tuple[str, ...], fits: str | None) -> None:
    assert fitting_effort(Profile(efforts=takes), asked) == fits


@given(st.sampled_from(EFFORTS), st.lists(st.sampled_from(EFFORTS), min_size=1, unique=True))
def test_an_effort_that_is_sent_is_one_it_takes(asked: str, takes: list[str]) -> None:
    assert fitting_effort(Profile(efforts=tuple(takes)), asked) in takes


@pytest.mark.parametrize(
    ("url", "openai", "limit", "costed"),
    [
        ("", True, "max_completion_tokens", False),
        (OPENAI_URL, True, "max_completion_tokens", False),
        ("https://eu.api.openai.com/v1", True, "max_completion_tokens", False),
        ("https://x.openai.azure.com/openai/v1", False, "max_completion_tokens", False),
        ("https://openrouter.ai/api/v1", False, "max_tokens", True),
        ("https://api.openai.com.evil.example/v1", False, "max_tokens", False),
        ("http://localhost:8000/v1", False, "max_tokens", False),
    ],
)
def test_hosts(url: str, openai: bool, limit: str, costed: bool) -> None:
    profile = profile_for(url)
    assert (is_openai(url), profile.limit, profile.costed) == (openai, limit, costed)
    assert ("safety_identifier" in profile.dropped) is not openai


def test_what_one_model_taught_is_not_believed_of_another() -> None:
    profiles = Profiles(LOCAL)
    profiles.learn("one", OPENAI)
    assert (profiles.of("one"), profiles.of("other")) == (OPENAI, LOCAL)
