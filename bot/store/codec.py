"""How values are written down: JSON with a version, read back by type."""

from functools import cached_property
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

Value = TypeVar("Value")


class Codec(Generic[Value]):
    """Text for values of one type. `version` names the shape: raise it when fields change their meaning.

    A value of an unknown version, or one that does not fit its type, reads as None: it is dropped and never a crash loop.
    """

    def __init__(self, kind: type[Value], *, version: int = 1) -> None:
        self._kind = kind
        self._prefix = f"{version} "

    @cached_property
    def _adapter(self) -> TypeAdapter[Value]:
        return TypeAdapter(self._kind)

    def dump(self, value: Value) -> str:
        """The value as one line of text."""
        return self._prefix + self._adapter.dump_json(value).decode()

    def load(self, text: str | None) -> Value | None:
        """The value, or None when there is none that we can read."""
        if text is None or not text.startswith(self._prefix):
            return None
        try:
            return self._adapter.validate_json(text[len(self._prefix) :])
        except ValidationError:
            return None
