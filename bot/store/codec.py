"""How values are written down: JSON with a version, read back by type."""

import json
from functools import cached_property
from types import UnionType
from typing import Any, Generic, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

Value = TypeVar("Value")


class Codec(Generic[Value]):
    """Text for values of one type. `version` names the shape: raise it when fields change their meaning.

    Members of a union are written down with their name: several may have the same fields. A value of an unknown version,
    or one that does not fit its type, reads as None: it is dropped and never a crash loop. `sparse`: what has its default is left out.
    """

    def __init__(self, kind: type[Value], *, version: int = 1, sparse: bool = False) -> None:
        self._kind: Any = kind
        self._union = isinstance(self._kind, UnionType)
        self._version = version
        self._sparse = sparse

    def dump(self, value: Value) -> str:
        """The value as one line of text. Half a surrogate pair, which no encoding can hold, becomes a question mark."""
        prefix = self._prefix(type(value).__name__)
        adapter = self._adapters[prefix]
        try:
            return prefix + adapter.dump_json(value, exclude_defaults=self._sparse).decode()
        except PydanticSerializationError:
            plain = json.dumps(adapter.dump_python(value, mode="json", exclude_defaults=self._sparse), ensure_ascii=False)
            return prefix + plain.encode(errors="replace").decode()

    def load(self, text: str | None) -> Value | None:
        """The value, or None when there is none that we can read."""
        if text is None:
            return None
        known = (item for item in self._adapters.items() if text.startswith(item[0]))
        return next((_read(adapter, text[len(prefix) :]) for prefix, adapter in known), None)

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Value]]:
        """By what stands before the value; made when they are needed, as pydantic takes its time."""
        members: tuple[Any, ...] = get_args(self._kind) if self._union else (self._kind,)
        return {self._prefix(getattr(member, "__name__", "")): TypeAdapter(member) for member in members}

    def _prefix(self, name: str) -> str:
        return f"{self._version} {name} " if self._union else f"{self._version} "


def _read(adapter: TypeAdapter[Value], text: str) -> Value | None:
    try:
        return adapter.validate_json(text)
    except ValidationError:
        return None
