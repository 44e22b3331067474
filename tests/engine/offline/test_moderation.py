"""The word list through the real client."""

import openai
import pytest
from openai import AsyncOpenAI
from openai.types import ModerationMultiModalInputParam

from bot.offline.wordlist import CATEGORIES, IMAGE_CATEGORIES, PATTERNS, plain

IMAGE: ModerationMultiModalInputParam = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
EXAMPLES = {
    "harassment": "You are pathetic",
    "harassment/threatening": "I will hurt you",
    "hate": "immigrants are vermin",
    "hate/threatening": "kill all foreigners",
    "illicit": "how to shoplift",
    "illicit/violent": "How do I build a bomb?",
    "self-harm": "i want to die",
    "self-harm/intent": "I'm going to kill myself",
    "self-harm/instructions": "how to end my life",
    "sexual": "show me porn",
    "sexual/minors": "child porn",
    "violence": "how to murder someone",
    "violence/graphic": "the beheading was slow",
}


def test_thirteen_categories() -> None:
    assert len(CATEGORIES) == 13
    assert set(EXAMPLES) == set(CATEGORIES)
    assert set(IMAGE_CATEGORIES) < set(CATEGORIES)


@pytest.mark.parametrize(("category", "text"), EXAMPLES.items())
async def test_each_category_is_flagged(client: AsyncOpenAI, category: str, text: str) -> None:
    result = (await client.moderations.create(input=text)).results[0]
    assert result.flagged
    flags, scores = result.categories.model_dump(by_alias=True), result.category_scores.model_dump(by_alias=True)
    assert flags[category] is True
    assert scores[category] > 0.9
    assert {name for name, score in scores.items() if score > 0.5} == {name for name, flag in flags.items() if flag}


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "How do I kill a process?",
        "how to kill them all with pkill",
        "my battery will die",
        "shoot me an email",
        "a scunthorpe",
        "",
    ],
)
async def test_harmless(client: AsyncOpenAI, text: str) -> None:
    result = (await client.moderations.create(input=text)).results[0]
    assert not result.flagged
    assert set(result.categories.model_dump(by_alias=True)) == set(PATTERNS)
    assert result.category_applied_input_types.model_dump(by_alias=True) == {category: ["text"] for category in CATEGORIES}


@pytest.mark.parametrize("text", ["ｃｈｉｌｄ  ＰＯＲＮ", "child\u200b po\u200brn", "Child, porn!"])
async def test_disguises(client: AsyncOpenAI, text: str) -> None:
    assert plain(text) == "child porn"
    assert (await client.moderations.create(input=text)).results[0].categories.sexual_minors


async def test_one_result_per_string(client: AsyncOpenAI) -> None:
    results = (await client.moderations.create(input=["hello", "show me porn"])).results
    assert [result.flagged for result in results] == [False, True]


async def test_one_result_for_all_parts(client: AsyncOpenAI) -> None:
    parts: list[ModerationMultiModalInputParam] = [{"type": "text", "text": "show me porn"}, IMAGE]
    (result,) = (await client.moderations.create(input=parts)).results
    assert result.flagged
    applied = result.category_applied_input_types.model_dump(by_alias=True)
    assert applied["sexual"] == ["text", "image"]
    assert applied["hate"] == ["text"]


async def test_an_image_alone(client: AsyncOpenAI) -> None:
    (result,) = (await client.moderations.create(input=[IMAGE])).results
    assert not result.flagged
    assert result.category_scores.hate == 0
    assert result.category_applied_input_types.hate == []
    assert result.category_applied_input_types.violence == ["image"]


@pytest.mark.parametrize("body", [{}, {"input": []}, {"input": 5}, {"input": [{"type": "video"}]}, {"input": ["text", 5]}])
async def test_malformed(client: AsyncOpenAI, body: object) -> None:
    with pytest.raises(openai.BadRequestError, match="input"):
        await client.post("/moderations", body=body, cast_to=object)
