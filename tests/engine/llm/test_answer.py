"""Whatever JSON an endpoint sends, it becomes events or one of our errors."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.llm.answer import Answer
from bot.llm.decode import Frame
from bot.vocabulary.model import ModelEvent, Reasoning, Refusal, Text, Usage
from tests.engine.llm.doubles import REQUEST

KEYS = st.sampled_from(
    ["choices", "delta", "message", "content", "text", "refusal", "reasoning", "finish_reason", "usage", "error", "code", "prompt_tokens"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 600) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def taken(*payloads: object, whole: bool = False) -> tuple[Answer, list[ModelEvent]]:
    answer = Answer(REQUEST)
    return answer, [event for payload in payloads for event in answer.take(payload, whole=whole)]


@given(st.lists(JSON | st.fixed_dictionaries({"choices": st.lists(JSON, max_size=2), "usage": JSON}), max_size=3), st.booleans())
def test_any_json_is_events_or_our_error(payloads: list[object], whole: bool) -> None:
    try:
        answer, events = taken(*payloads, whole=whole)
    except ModelError:
        return
    assert all(isinstance(event, Text | Reasoning | Refusal) and event.text for event in events)
    assert answer.visible is any(isinstance(event, Text | Refusal) for event in events)
    assert answer.started is bool(events)
    assert orjson.dumps(answer.finished())


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_thoughts_have_two_names(field: str) -> None:
    assert taken({"choices": [{"delta": {field: "Hm"}}]})[1] == [Reasoning("Hm")]
    assert taken({"choices": [{"delta": {"reasoning": "Hm", "reasoning_content": "Hm"}}]})[1] == [Reasoning("Hm")]


def test_a_role_is_not_a_token() -> None:
    answer, events = taken({"choices": [{"delta": {"role": "assistant", "content": "", "refusal": None}}]})
    assert (events, answer.started) == ([], False)


def test_the_last_usage_counts() -> None:
    chunks = [{"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": count}} for count in (1, 2)]
    assert taken(*chunks, {"choices": [], "usage": None})[0].finished().usage == Usage(3, 2)


def test_what_comes_together_is_told_together_and_what_breaks_then_breaks_after_it() -> None:
    said: list[dict[str, object]] = [{"reasoning": "H"}, {"reasoning": "m"}, {"content": "a"}, {"content": "b"}, {"refusal": "No"}]
    frames = [Frame(orjson.dumps({"choices": [{"delta": delta}]})) for delta in said]
    assert list(Answer(REQUEST).read(frames)) == [Reasoning("Hm"), Text("ab"), Refusal("No")]
    assert list(Answer(REQUEST).read(frames[2:3])) == [Text("a")]
    broken = Answer(REQUEST).read([*frames[2:4], Frame(b'{"error": {"message": "broke"}}'), *frames])
    assert next(broken) == Text("ab")
    with pytest.raises(ModelError):
        next(broken)


def test_one_chunk_may_break_after_it_said_something() -> None:
    read = Answer(REQUEST).read([Frame(b'{"choices": [{"delta": {"content": "a"}, "finish_reason": "error"}]}')])
    assert next(read) == Text("a")
    with pytest.raises(ModelError):
        next(read)
