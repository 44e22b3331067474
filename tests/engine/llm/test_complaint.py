"""Whatever shape a refusal has, it is read, judged, and told to the operator without the other side's prose."""

import pytest

from bot.errors import (
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelError,
    ModelNonsense,
    ModelRejected,
    ModelUnknown,
    QuotaExhausted,
)
from bot.llm.complaint import Complaint, complaint_of, judge, retry_after

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            {"error": {"message": "No.", "type": "t", "param": "seed", "code": "c"}},
            Complaint(code="c", type="t", param="seed", text="No."),
        ),
        ({"error": "model runner crashed"}, Complaint(text="model runner crashed")),
        ({"error": {"code": 502, "message": "bad gateway"}}, Complaint(502, text="bad gateway")),
        ({"error": {"code": "429"}}, Complaint(429)),
        ({"object": "error", "message": "No.", "type": "BadRequestError", "code": 400}, Complaint(400, type="BadRequestError", text="No.")),
        (
            {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden", "input": "secret"}]},
            Complaint(param="seed", text="extra_forbidden Extra inputs are not permitted"),
        ),
        (
            {"message": {"detail": [{"loc": ["body", "messages", 0, "name"], "msg": "m"}]}},
            Complaint(param="messages.0.name", text="None m"),
        ),
        ([{"error": {"message": "in a list", "status": "X"}}], Complaint(text="in a list")),
        ("<html>", Complaint(text="<html>")),
        (None, Complaint()),
        ({"error": {"code": True, "message": None}}, Complaint()),
    ],
)
def test_shapes(body: object, complaint: Complaint) -> None:
    assert complaint_of(body) == complaint


@pytest.mark.parametrize(
    ("complaint", "error"),
    [
        (Complaint(400), ModelRejected),
        (Complaint(401), ModelDenied),
        (Complaint(402), QuotaExhausted),
        (Complaint(403), ModelDenied),
        (Complaint(403, code="model_not_found"), ModelUnknown),
        (Complaint(404), ModelUnknown),
        (Complaint(405), ModelNonsense),
        (Complaint(408), ModelDown),
        (Complaint(409), ModelDown),
        (Complaint(413), ModelRejected),
        (Complaint(422), ModelRejected),
        (Complaint(429), ModelBusy),
        (Complaint(429, code="slow_down", type="rate_limit_error"), ModelBusy),
        (Complaint(429, type="insufficient_quota"), QuotaExhausted),
        (Complaint(429, code="credit_balance_exhausted"), QuotaExhausted),
        (Complaint(500), ModelDown),
        (Complaint(529), ModelDown),
        (Complaint(304), ModelNonsense),
        (Complaint(), ModelDown),
        (Complaint(type="rate_limit_error"), ModelBusy),
        (Complaint(code="invalid_api_key"), ModelDenied),
        (Complaint(code="context_length_exceeded"), ModelRejected),
        (Complaint(type="server_error"), ModelDown),
    ],
)
def test_judgement(complaint: Complaint, error: type[ModelError]) -> None:
    assert type(judge(complaint)) is error


def test_the_operator_reads_identifiers_only() -> None:
    complaint = Complaint(400, code="unsupported_value", type="a stranger's text", param="temperature", text="you said: my password")
    assert str(judge(complaint, detail="test-model")) == "test-model: status 400, code unsupported_value, param temperature"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "7", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30),
        ({"retry-after": "Fri, 15 Jan 2027 07:00:00 GMT"}, 0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Fri, 99 Foo 99999 99:99:99 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=NOW) == seconds
