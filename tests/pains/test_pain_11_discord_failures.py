"""Pain 11: "typing…", then nothing: the error is only in a log."""

from collections.abc import Callable

import pytest

from bot.errors import (
    ModelBusy,
    ModelDenied,
    ModelDown,
    ModelNonsense,
    ModelRejected,
    ModelSlow,
    ModelUnknown,
    ModerationUnavailable,
    QuotaExhausted,
    StreamCut,
)
from bot.turns.answer import FILTERED, NOTES, NOTHING, WAITING
from tests.fakes.discord import bits
from tests.fakes.model.server import CHAT, ModelServer
from tests.fakes.server import Fault, Upload
from tests.scenarios.discord_house import DOTS, Home

Breaks = Callable[[ModelServer], None]

BEFORE_A_WORD: list[tuple[str, Breaks, int, str]] = [
    ("busy", lambda model: model.rate_limited(times=None), 3, ModelBusy.user_text),
    ("500", lambda model: model.status(500, times=None), 3, ModelDown.user_text),
    ("hangs up", lambda model: model.hangs_up(times=None), 3, ModelDown.user_text),
    ("slow", lambda model: model.stall(after=0, times=None), 1, ModelSlow.user_text),
    ("unknown", lambda model: model.status(404, times=None), 1, ModelUnknown.user_text),
    ("rejected", lambda model: model.status(400, times=None), 1, ModelRejected.user_text),
    ("401", lambda model: model.status(401, times=None), 1, ModelDenied.user_text),
    ("quota", lambda model: model.quota_exhausted(times=None), 1, QuotaExhausted.user_text),
    ("web page", lambda model: model.html(times=None), 1, ModelNonsense.user_text),
    ("moderation away", lambda model: model.status(500, at="moderations", times=None), 0, ModerationUnavailable.user_text),
    ("filtered", lambda model: model.content_filter(), 1, FILTERED),
    ("nothing", lambda model: model.says(""), 1, NOTHING),
]
"""What breaks, how often the model is asked, and what people read."""

AFTER_A_WORD: list[tuple[str, Breaks, str]] = [
    ("cut", lambda model: model.cut("One ", "two"), StreamCut.user_text),
    ("stall", lambda model: model.stall("One ", "two"), StreamCut.user_text),
    ("error frame", lambda model: model.error_frame("One ", "two"), StreamCut.user_text),
    ("no finish", lambda model: model.no_finish("One ", "two"), StreamCut.user_text),
    ("bad JSON", lambda model: model.bad_json("One ", "two"), StreamCut.user_text),
    ("length", lambda model: model.length("One ", "two"), NOTES["length"]),
    ("filter", lambda model: model.content_filter("One ", "two"), NOTES["content_filter"]),
]

IN_A_HURRY = {"first_token_timeout": 1.0, "chunk_timeout": 0.5}
HELLO = "Hello from the model."


@pytest.mark.parametrize(("breaks", "calls", "sentence"), [pytest.param(*row[1:], id=row[0]) for row in BEFORE_A_WORD])
async def test_pain_11_a_model_that_says_nothing_is_a_sentence(home: Home, breaks: Breaks, calls: int, sentence: str) -> None:
    ada = home.person("Ada")
    async with home.parley(**IN_A_HURRY):
        breaks(home.model)
        await home.asks(ada, "the first question")
        await home.reads(sentence)
        assert len(home.model.sent(CHAT)) == calls
        home.model.clear()
        await home.asks(ada, "and now?")
        await home.reads(sentence, HELLO)
    assert "the first question" not in str(home.model.asked[-1].body)  # no half pair stays in the history
    assert {text for text in home.ever()[0].texts[1:-1] if not text.startswith("-# thinking…")} <= {f"-# {WAITING}"}
    home.model.released.set()


@pytest.mark.parametrize(("breaks", "note"), [pytest.param(*row[1:], id=row[0]) for row in AFTER_A_WORD])
async def test_pain_11_what_had_come_stays_and_the_reason_stands_below(home: Home, breaks: Breaks, note: str) -> None:
    ada = home.person("Ada")
    breaks(home.model)
    async with home.parley(**IN_A_HURRY):
        await home.asks(ada, "count")
        await home.reads(f"One two\n\n-# {note}")
        await home.asks(ada, "go on")
        await home.reads(f"One two\n\n-# {note}", HELLO)
    assert "One two" in [line.text for line in home.model.asked[-1].lines if line.role == "assistant"]
    home.model.released.set()


async def test_pain_11_a_retry_that_helps_leaves_no_trace(home: Home) -> None:
    ada = home.person("Ada")
    home.model.status(503)
    home.model.rate_limited()
    async with home.parley(model_backoff=0.2):
        await home.asks(ada, "hello")
        await home.reads(HELLO)
    texts = home.ever()[0].texts
    assert [texts[0], texts[-1]] == [DOTS, HELLO]
    assert f"-# {WAITING}" in texts


async def test_pain_11_flagged_words_are_refused_calmly_and_reach_no_model(home: Home) -> None:
    ada = home.person("Ada")
    home.model.flags("vile", category="harassment")
    refusal = "I can't help with that message: it was flagged as harassment. Please rephrase it."
    async with home.parley():
        asked = await home.asks(ada, "something vile")
        await home.reads(refusal)
        assert home.model.sent(CHAT) == []
        await home.asks(ada, "what of this?", reply_to=asked)
        await home.reads(refusal, refusal)
        await home.asks(home.person("Vile Ben"), "hello")
        await home.reads(refusal, refusal, refusal)
        assert home.model.sent(CHAT) == []
        await home.asks(ada, "something kind")
        await home.reads(refusal, refusal, refusal, HELLO)
    assert "vile" not in str(home.model.asked[0].body).lower()


async def test_pain_11_moderation_that_is_away_lets_pass_where_the_operator_says_so(home: Home) -> None:
    ada = home.person("Ada")
    async with home.parley(moderation_on_error="allow"):
        home.model.status(500, at="moderations", times=None)
        await home.asks(ada, "hello")
        await home.reads(HELLO)


async def test_pain_11_over_the_budget_a_refusal_says_when_it_resets(home: Home) -> None:
    ada = home.person("Ada")
    async with home.parley(budget_per_day=0.01, price_input=0.0, price_output=1_000.0):
        await home.asks(ada, "hello")
        await home.discord.wait_for(lambda: home.answers() not in ([], [DOTS]))
    (refusal,) = home.answers()
    assert "UTC" in refusal
    assert home.model.sent(CHAT) == []


async def test_pain_11_nothing_to_read_and_too_much_get_a_hint(home: Home) -> None:
    ada = home.person("Ada")
    hint = "Hi! Write your question after mentioning me, and I will answer here."
    files_only = "I can't look at files or pictures yet. Please write your question as text."
    files_too = f"{HELLO}\n\n-# I can't look at files or pictures yet, so I answered the text only."
    picture = [Upload("cat.png", "image/png", b"PNG")]
    async with home.parley():
        await home.asks(ada, "")
        await home.reads(hint)
        await home.asks(ada, "", attachments=picture)
        await home.reads(hint, files_only)
        await home.asks(ada, "what is this?", attachments=picture)
        await home.reads(hint, files_only, files_too)
    async with home.parley(input_characters=1_900):
        await home.asks(ada, "x" * 1_901)
        too_long = "Your message has 1,901 characters; I read up to 1,900. Please shorten it or send it in parts."
        await home.reads(hint, files_only, files_too, too_long)
    assert [request.last_user for request in home.model.asked] == ["Ada: what is this?"]


async def test_pain_11_words_of_others_that_are_kept_from_us_are_not_asked_about(home: Home) -> None:
    """Without the message-content intent Discord sends an empty text for what is replied to."""
    ada, bob = home.person("Ada"), home.person("Bob")
    async with home.parley():
        said = await home.says(bob, "what is the capital of France?")
        await home.asks(ada, "", reply_to=said)
        await home.reads("Hi! Write your question after mentioning me, and I will answer here.")
    async with home.parley(discord_message_content=True):
        await home.asks(ada, "", reply_to=said)
        await home.discord.wait_for(lambda: home.answers()[1:] == [HELLO])
    assert [request.last_user for request in home.model.asked] == ["Ada: (in reply to Bob:)\n> what is the capital of France?\n\n"]


async def test_pain_11_a_discord_that_fails_for_a_while_still_gets_the_whole_answer(home: Home) -> None:
    ada = home.person("Ada")
    path = rf"/channels/{home.general.id}/messages"
    home.discord.faults.add(match=("POST", path), fault=Fault(503), times=2)
    home.discord.faults.add(match=("PATCH", path), fault=Fault(503), times=2)
    home.discord.faults.add(match=("PATCH", path), fault=Fault(drop_after=True))
    home.model.says("The ", "whole ", "answer.")
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads("The whole answer.", within=10.0)
    assert len(home.ever()) == 1


async def test_pain_11_a_placeholder_that_a_moderator_deletes_is_posted_anew(home: Home) -> None:
    ada = home.person("Ada")
    home.model.stall(after=0)
    async with home.parley(first_token_timeout=0.3, model_attempts=1):
        await home.asks(ada, "hello")
        await home.reads(DOTS)
        await home.discord.delete_message(home.written()[0])
        await home.reads(ModelSlow.user_text)
    home.model.released.set()


async def test_pain_11_where_we_may_not_write_nothing_is_spent_and_others_are_served(home: Home) -> None:
    ada = home.person("Ada")
    mute = home.discord.add_channel("mute", guild=home.guild, denied=bits.SEND_MESSAGES)
    async with home.parley():
        await home.asks(ada, "can you write here?", channel=mute)
        await home.discord.wait_for(lambda: [r for r in home.discord.requests if str(mute.id) in r.path and r.status == 403])
        await home.asks(ada, "and here?")
        await home.reads(HELLO)
    assert [request.last_user for request in home.model.asked] == ["Ada: and here?"]
