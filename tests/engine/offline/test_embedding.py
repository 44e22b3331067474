"""Hashed words through the real client."""

import math

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import AsyncOpenAI

from bot.offline.embedding import DIMENSIONS, embed


def _alike(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@given(st.text(), st.integers(1, 64))
def test_always_a_unit_vector(text: str, dimensions: int) -> None:
    vector = embed(text, dimensions)
    assert len(vector) == dimensions
    assert math.isclose(_alike(vector, vector), 1.0, rel_tol=1e-9)


def test_shared_words_bring_texts_together() -> None:
    asked = embed("where does the cat sleep")
    assert _alike(asked, embed("The CAT sleeps where the dog does")) > 0.5 > _alike(asked, embed("invoices are due in May"))
    assert math.isclose(_alike(embed("猫在睡觉"), embed("猫睡觉")), math.sqrt(3 / 4))


async def test_client_default_is_base64_and_equals_float(client: AsyncOpenAI) -> None:
    packed = (await client.embeddings.create(model="any", input=["hello world", "bye"])).data
    plain = (await client.embeddings.create(model="any", input=["hello world", "bye"], encoding_format="float")).data
    assert [entry.index for entry in packed] == [0, 1]
    for one, other in zip(packed, plain, strict=True):
        assert len(one.embedding) == DIMENSIONS
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)


async def test_dimensions_and_usage(client: AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="any", input="abcdefgh", dimensions=8)
    assert len(answer.data[0].embedding) == 8
    assert answer.usage.prompt_tokens == 2


async def test_tokens_as_input(client: AsyncOpenAI) -> None:
    one = await client.embeddings.create(model="any", input=[1, 2, 3])
    several = await client.embeddings.create(model="any", input=[[1, 2, 3], [4]])
    assert len(one.data) == 1
    assert one.data[0].embedding == several.data[0].embedding != several.data[1].embedding


@pytest.mark.parametrize(
    "body",
    [
        {"input": "x"},
        {"model": "m"},
        {"model": "m", "input": ""},
        {"model": "m", "input": []},
        {"model": "m", "input": [{}]},
        {"model": "m", "input": "x", "dimensions": 0},
        {"model": "m", "input": "x", "dimensions": "8"},
        {"model": "m", "input": "x", "encoding_format": "hex"},
    ],
)
async def test_malformed(client: AsyncOpenAI, body: object) -> None:
    with pytest.raises(openai.BadRequestError):
        await client.post("/embeddings", body=body, cast_to=object)
