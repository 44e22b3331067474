"""The embeddings endpoint: words hashed into a unit vector, so that texts that share words lie close together."""

import base64
import hashlib
import math
import re
import struct
from collections.abc import Mapping
from typing import Any

from bot.offline.api_error import ApiError, missing, wrong_type
from bot.vocabulary.tokens import estimate

DIMENSIONS = 1536
"""Of a vector when the request names none."""
MOST_DIMENSIONS = 3072
MOST_INPUTS = 2048
"""https://platform.openai.com/docs/api-reference/embeddings/create: an array of inputs has 2048 entries at most."""

_WORDS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]|[^\W\u2e80-\u9fff\uac00-\ud7af]+")  # ideographs stand alone


def embed(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A vector of length 1; equal words, in any case and order, give equal vectors."""
    vector = [0.0] * dimensions
    for word in _WORDS.findall(text.casefold()) or [text]:
        digest = int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest(), "big")
        vector[(digest >> 1) % dimensions] += 1.0 if digest & 1 else -1.0
    length = math.sqrt(sum(value * value for value in vector))
    if not length:  # two words that cancel each other out
        return [1.0] + [0.0] * (dimensions - 1)
    return [value / length for value in vector]


def embeddings(body: Mapping[str, Any]) -> dict[str, Any]:
    """The response to an embeddings request. Raises `ApiError`."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise ApiError("you must provide a model parameter")
    encoding = body.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        said = f"Invalid value: '{encoding}'. Supported values are: 'float' and 'base64'."
        raise ApiError(said, param="encoding_format", code="invalid_value")
    texts, dimensions = _texts(body.get("input")), _dimensions(body)
    vectors = [embed(text, dimensions) for text in texts]
    data = [{"object": "embedding", "index": i, "embedding": _encoded(v, encoding)} for i, v in enumerate(vectors)]
    tokens = sum(map(estimate, texts))
    return {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


def _encoded(vector: list[float], encoding: str) -> list[float] | str:
    if encoding == "float":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _texts(given: Any) -> list[str]:
    if given is None:
        raise missing("input")
    if isinstance(given, list) and given and all(type(token) is int for token in given):
        given = [given]
    entries = given if isinstance(given, list) else [given]
    if not entries or len(entries) > MOST_INPUTS:
        raise ApiError(f"Invalid 'input': an array of 1 to {MOST_INPUTS} entries is expected.", param="input", code="invalid_value")
    return [_one(entry) for entry in entries]


def _one(entry: Any) -> str:
    if isinstance(entry, list) and entry and all(type(token) is int for token in entry):
        return " ".join(map(str, entry))
    if not isinstance(entry, str):
        raise wrong_type("input", "a string, an array of strings or of token arrays")
    if not entry:
        raise ApiError("Invalid 'input': input cannot be an empty string.", param="input", code="invalid_value")
    return entry


def _dimensions(body: Mapping[str, Any]) -> int:
    wanted = body.get("dimensions")
    if wanted is None:
        return DIMENSIONS
    if type(wanted) is not int:
        raise wrong_type("dimensions", "an integer")
    if not 1 <= wanted <= MOST_DIMENSIONS:
        raise ApiError(f"Invalid 'dimensions': 1 to {MOST_DIMENSIONS} expected.", param="dimensions", code="invalid_value")
    return wanted
