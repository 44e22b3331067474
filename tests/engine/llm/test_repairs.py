"""What a refusal teaches."""

from dataclasses import replace

import pytest

from bot.llm.capabilities import Profile, Sampled, parameters, profile_for
from bot.llm.complaint import Complaint
from bot.llm.repairs import refused_parameter, repaired
from bot.vocabulary.model import Sampling
from tests.engine.llm.doubles import request
from tests.engine.llm.test_capabilities import ALL

OPENAI = profile_for("")
SENT = parameters(OPENAI, request(sampling=ALL))
REASONING = parameters(replace(OPENAI, sampled=Sampled.ALWAYS), request(sampling=replace(ALL, reasoning_effort="high")))
DEFAULT_EFFORT = parameters(OPENAI, request(sampling=replace(ALL, reasoning_effort=None)))


def complaint(text: str = "", *, param: str = "", code: str = "", status: int = 400) -> Complaint:
    return Complaint(status, code=code, param=param, text=text)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (complaint(param="temperature", code="unsupported_value"), "temperature"),
        (complaint("Unsupported parameter", param="seed"), "seed"),
        (complaint(param="stream_options.include_obfuscation", code="unknown_parameter"), "stream_options.include_obfuscation"),
        (complaint(param="stream_options.something", code="unknown_parameter"), "stream_options"),
        (complaint("Extra inputs are not permitted", param="messages.1.user.name", status=422), "name"),
        (complaint("Invalid value", param="messages[0].content"), ""),
        (complaint("too long, not supported", param="messages", code="context_length_exceeded"), ""),
        (complaint("'name' is not supported in a schema", param="tools"), ""),
        (complaint("Unsupported parameter: 'max_completion_tokens'. Use 'max_tokens'."), "max_completion_tokens"),
        (complaint("unknown field stream_options"), "stream_options"),
        (complaint("unrecognized: stream_options.include_obfuscation"), "stream_options.include_obfuscation"),
        (complaint('json: unknown field "seed"'), "seed"),
        (complaint("please stop: not supported"), ""),  # an everyday word, not the parameter
        (complaint("top_p is not supported; my_top_p neither"), "top_p"),
        (complaint("max_completion_tokens is too large: 100", param="max_completion_tokens", code="invalid_value"), ""),
        (complaint("temperature must be at most 1", param="temperature"), ""),
        (complaint("Input should be 'low' or 'high'", param="reasoning_effort"), "reasoning_effort"),
        (complaint("must be verified to stream this model", param="stream"), "stream"),
        (complaint("This model's maximum context length is 8192 tokens."), ""),
        (complaint("Unsupported parameter: 'max_tokens'"), ""),  # we did not send it
        (complaint(param="temperature", code="unsupported_value", status=429), ""),
        (complaint(), ""),
    ],
)
def test_which_parameter_was_refused(said: Complaint, name: str) -> None:
    assert refused_parameter(said, SENT) == name


def after(parameter: str, said: Complaint, *, profile: Profile = OPENAI, sent: dict[str, object] = SENT) -> Profile | None:
    return repaired(profile, parameter=parameter, complaint=said, sent=sent)


@pytest.mark.parametrize(
    "parameter",
    ["presence_penalty", "frequency_penalty", "stop", "seed", "logit_bias", "verbosity", "response_format", "safety_identifier"],
)
def test_plain_parameters_are_dropped(parameter: str) -> None:
    profile = after(parameter, complaint(param=parameter, code="unsupported_parameter"))
    assert profile is not None
    assert SENT.keys() - parameters(profile, request(sampling=ALL)).keys() == {parameter}


def test_the_token_limit_is_renamed_once_and_never_given_up() -> None:
    said = complaint(param="max_completion_tokens", code="unsupported_parameter")
    profile = after("max_completion_tokens", said)
    assert profile is not None
    assert parameters(profile, request(sampling=ALL))["max_tokens"] == 100
    assert after("max_tokens", said, profile=profile) is None


def test_stream_options_are_dropped_whole_or_in_part() -> None:
    part = after("stream_options.include_obfuscation", complaint())
    whole = after("stream_options", complaint())
    assert part is not None
    assert whole is not None
    assert parameters(part, request())["stream_options"] == {"include_usage": True}
    assert "stream_options" not in parameters(whole, request())
    assert parameters(whole, request())["stream"] is True


def test_names_and_streams() -> None:
    nameless, whole = after("name", complaint()), after("stream", complaint())
    assert nameless is not None
    assert whole is not None
    assert all("name" not in message for message in parameters(nameless, request())["messages"])
    assert not {"stream", "stream_options"} & parameters(whole, request()).keys()


@pytest.mark.parametrize(("sent", "sampled"), [(REASONING, Sampled.UNLESS_ASKED), (DEFAULT_EFFORT, Sampled.EFFORT_NONE)])
def test_temperature_refused_while_it_reasons(sent: dict[str, object], sampled: Sampled) -> None:
    said = complaint(param="temperature", code="unsupported_value")
    profile = after("temperature", said, profile=replace(OPENAI, sampled=Sampled.ALWAYS), sent=sent)
    assert profile is not None
    assert (profile.sampled, profile.dropped) == (sampled, OPENAI.dropped)


def test_temperature_refused_without_reasoning_is_dropped_alone() -> None:
    profile = after("temperature", complaint(param="temperature", code="unsupported_value"))
    assert profile is not None
    assert (profile.sampled, profile.dropped) == (OPENAI.sampled, frozenset({"temperature"}))


def test_an_effort_it_does_not_know_becomes_one_it_names() -> None:
    said = complaint("Unsupported value: 'none' is not supported with this model. Supported values are: 'high', 'low', and 'medium'.")
    profile = after("reasoning_effort", said)
    assert profile is not None
    assert profile.efforts == ("low", "medium", "high")
    now = parameters(profile, request(sampling=ALL))
    assert now["reasoning_effort"] == "low"
    assert "temperature" not in now
    again = after("reasoning_effort", said, profile=profile, sent=now)
    assert again is not None
    assert "reasoning_effort" not in parameters(again, request(sampling=ALL))


def test_an_effort_without_a_named_way_out_is_dropped() -> None:
    profile = after("reasoning_effort", complaint("Unrecognized request argument supplied: reasoning_effort"))
    assert profile is not None
    assert "reasoning_effort" not in parameters(profile, request(sampling=Sampling(reasoning_effort="low")))
