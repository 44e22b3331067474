"""The judges: the platforms' own published descriptions, kept beside the repository and used where they are present."""

import importlib.util
import sys
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

PATH = Path(__file__).parents[2].parent / "shared" / "schemas" / "contracts.py"


class ContractsMissing(UserWarning):
    """The descriptions are not beside this repository."""


@lru_cache(maxsize=1)
def _module() -> ModuleType | None:
    if not PATH.is_file():
        return None
    spec = importlib.util.spec_from_file_location("platform_contracts", PATH)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder is not ours
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def contracts_available(*, warn: bool = False) -> bool:
    """Whether requests can be judged; with `warn`, says so once per process where they cannot."""
    if _module() is not None:
        return True
    if warn:
        _say_missing()
    return False


@lru_cache(maxsize=1)
def _say_missing() -> None:
    sentence = f"requests are not judged: {PATH.name} is not in {PATH.parent}"
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # a fresh clone has no descriptions, and its tests pass without them
        warnings.warn(sentence, ContractsMissing, stacklevel=2)


@lru_cache(maxsize=1)
def discord_judge() -> Callable[[str, str, Any], list[str]] | None:
    """`(method, path without /api/v10, body) -> complaints`."""
    module = _module()
    return None if module is None else module.Discord().errors


@lru_cache(maxsize=1)
def _slack() -> Any:
    module = _module()
    return None if module is None else module.Slack()


def slack_judge() -> Callable[[str, dict[str, Any]], list[str]] | None:
    """`(method, arguments) -> complaints`; methods outside `slack_known()` are reported as undescribed."""
    return None if _slack() is None else _slack().errors


def slack_known() -> frozenset[str]:
    """The methods that the description knows; empty without it."""
    return frozenset() if _slack() is None else frozenset(_slack().known)


@lru_cache(maxsize=1)
def openai_judge() -> Callable[..., list[str]] | None:
    """`(schema name, body, *, strict=False) -> complaints`."""
    module = _module()
    return None if module is None else module.OpenAI().errors
