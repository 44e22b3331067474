"""The house rules that can be read off the source, import-linter's contracts among them; each is shown to catch what it forbids."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path.relative_to(ROOT) for package in ("bot", "adapters") for path in (ROOT / package).rglob("*.py"))

ROOMS = frozenset(
    {"errands", "feedback", "gate", "personas", "moderation", "memory", "offline", "pacing", "llm", "manners", "spend", "telemetry"}
)
FLOOR = frozenset({"vocabulary", "errors", "settings", "clock", "store"})
VAGUE = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"})
HOMES = {
    "redis": ("bot/store/",),
    "openai": ("bot/llm/", "bot/moderation/"),
    "docket": ("bot/turns/docket_wakes.py",),
    "discord": ("adapters/discord/",),
    "slack_bolt": ("adapters/slack/",),
    "slack_sdk": ("adapters/slack/",),
}
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})
LONGEST = 250

Rule = Callable[[PurePosixPath, str], Iterator[str]]


def imports(source: str) -> Iterator[str]:
    """Every module that is imported anywhere in `source`, also inside functions, for types only, or by name at run time."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _mentions_importing(node):
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def _mentions_importing(call: ast.Call) -> bool:
    """`import_module("x")`, `__import__("x")`, and either of them handed to somebody who calls it."""
    return any(_last_name(node) in ("import_module", "__import__") for node in (call.func, *call.args))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def at_home(path: PurePosixPath, source: str) -> Iterator[str]:
    """Each foreign library that shapes the house has one place in it."""
    for module in imports(source):
        homes = HOMES.get(module.partition(".")[0], ())
        if homes and not str(path).startswith(homes):
            yield f"{path}: {module} belongs in {' or '.join(homes)}"


def vocabulary_is_plain(path: PurePosixPath, source: str) -> Iterator[str]:
    """The vocabulary imports only the standard library and itself."""
    if path.parts[:2] == ("bot", "vocabulary"):
        for module in imports(source):
            if module.partition(".")[0] not in sys.stdlib_module_names and not f"{module}.".startswith("bot.vocabulary."):
                yield f"{path}: the vocabulary must not know {module}"


def rooms_are_apart(path: PurePosixPath, source: str) -> Iterator[str]:
    """A room knows the floor; turns and commands know rooms and the floor, not each other."""
    allowed = {room: FLOOR | {room} for room in ROOMS} | {upper: FLOOR | ROOMS | {upper} for upper in ("turns", "commands")}
    here = path.parts[1].removesuffix(".py")
    if path.parts[0] == "bot" and here in allowed:
        for module in imports(source):
            package, _, rest = module.partition(".")
            there = rest.partition(".")[0]
            if package == "adapters" or (package == "bot" and there and there not in allowed[here]):
                yield f"{path}: {here} must not know {module}"


def environment_is_read_once(path: PurePosixPath, source: str) -> Iterator[str]:
    """Only the settings look into the environment."""
    if path == PurePosixPath("bot/settings.py"):
        return
    for node in ast.walk(ast.parse(source)):
        reads = isinstance(node, ast.Attribute) and _last_name(node.value) == "os" and node.attr in ENVIRONMENT
        takes = isinstance(node, ast.ImportFrom) and node.module == "os" and any(alias.name in ENVIRONMENT for alias in node.names)
        hides = isinstance(node, ast.Import) and any(alias.name == "os" and alias.asname for alias in node.names)
        if reads or takes or hides:
            yield f"{path}: the environment is read in bot/settings.py"


def imports_are_absolute(path: PurePosixPath, source: str) -> Iterator[str]:
    """A module says where a name comes from."""
    if any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(ast.parse(source))):
        yield f"{path}: relative import"


def names_say_something(path: PurePosixPath, source: str) -> Iterator[str]:
    """No folder and no module is named for nothing in particular."""
    if VAGUE & {part.removesuffix(".py").lower() for part in path.parts}:
        yield f"{path}: say what is in it"


def files_are_short(path: PurePosixPath, source: str) -> Iterator[str]:
    """A file fits into a head."""
    if (lines := len(source.splitlines())) > LONGEST:
        yield f"{path}: {lines} lines, {LONGEST} at most"


RULES: tuple[Rule, ...] = (
    at_home,
    vocabulary_is_plain,
    rooms_are_apart,
    environment_is_read_once,
    imports_are_absolute,
    names_say_something,
    files_are_short,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    assert {path.parts[0] for path in SOURCES} == {"bot", "adapters"}
    found = [problem for path in SOURCES for problem in rule(PurePosixPath(path.as_posix()), (ROOT / path).read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


def test_every_folder_of_bot_is_a_room_or_has_a_place_of_its_own() -> None:
    folders = {path.name for path in (ROOT / "bot").iterdir() if (path / "__init__.py").is_file()}
    assert folders <= ROOMS | FLOOR | {"turns", "commands"}
    assert folders >= ROOMS


PLANTED: list[tuple[Rule, str, str]] = [
    (at_home, "bot/gate/x.py", "import redis"),
    (at_home, "bot/turns/x.py", "from redis.asyncio import Redis"),
    (at_home, "adapters/launch.py", "def f():\n    import openai"),
    (at_home, "bot/spend/x.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from openai import AsyncOpenAI"),
    (at_home, "bot/offline/x.py", "import importlib\nimportlib.import_module('openai')"),
    (at_home, "bot/engine.py", "run(import_module, 'openai.types')"),
    (at_home, "bot/store/x.py", "__import__('docket')"),
    (at_home, "bot/turns/worker.py", "from docket import Docket"),
    (at_home, "bot/vocabulary/x.py", "import discord"),
    (at_home, "adapters/slack/x.py", "from discord.ext import commands"),
    (at_home, "adapters/discord/x.py", "import slack_sdk.errors"),
    (at_home, "adapters/rendering/x.py", "import slack_bolt as bolt"),
    (vocabulary_is_plain, "bot/vocabulary/x.py", "from bot.errors import BotError"),
    (vocabulary_is_plain, "bot/vocabulary/x.py", "from bot import errors"),
    (vocabulary_is_plain, "bot/vocabulary/x.py", "import pydantic"),
    (rooms_are_apart, "bot/spend/metered.py", "from bot.memory.history import Memory"),
    (rooms_are_apart, "bot/gate/x.py", "from bot import personas"),
    (rooms_are_apart, "bot/llm/x.py", "def f():\n    import bot.spend.prices"),
    (rooms_are_apart, "bot/memory/x.py", "from bot.turns.turn import Turn"),
    (rooms_are_apart, "bot/turns/x.py", "from bot.commands.registry import Registry"),
    (rooms_are_apart, "bot/commands/x.py", "from bot.turns.turn import Turn"),
    (rooms_are_apart, "bot/turns/x.py", "from bot.assembly import open_engine"),
    (rooms_are_apart, "bot/telemetry/x.py", "from adapters.rendering.split import split"),
    (environment_is_read_once, "bot/llm/x.py", "import os\nos.environ['KEY']"),
    (environment_is_read_once, "adapters/launch.py", "import os\nkey = os.getenv('KEY')"),
    (environment_is_read_once, "bot/store/x.py", "from os import environ as e"),
    (environment_is_read_once, "bot/store/settings.py", "from os import getenv"),
    (environment_is_read_once, "bot/store/x.py", "import os as system"),
    (imports_are_absolute, "bot/llm/x.py", "from . import client"),
    (imports_are_absolute, "bot/llm/x.py", "def f():\n    from ..errors import BotError"),
    (names_say_something, "bot/llm/utils.py", ""),
    (names_say_something, "bot/common/x.py", ""),
    (names_say_something, "adapters/slack/Helpers.py", ""),
    (files_are_short, "bot/llm/x.py", "x = 1\n" * (LONGEST + 1)),
]

ALLOWED: list[tuple[Rule, str, str]] = [
    (at_home, "bot/store/x.py", "import redis.asyncio as redis"),
    (at_home, "bot/moderation/x.py", "from openai import OpenAIError"),
    (at_home, "bot/turns/docket_wakes.py", "from docket import Docket"),
    (at_home, "adapters/launch.py", "from adapters.discord.opening import open_discord"),
    (at_home, "bot/gate/x.py", "print('redis', 'openai')"),
    (vocabulary_is_plain, "bot/vocabulary/x.py", "import asyncio\nfrom bot.vocabulary.model import Usage"),
    (vocabulary_is_plain, "bot/store/x.py", "import pydantic"),
    (
        rooms_are_apart,
        "bot/spend/x.py",
        "from bot.spend.ledger import Ledger\nfrom bot.store.connection import Store\nfrom bot import errors",
    ),
    (rooms_are_apart, "bot/commands/x.py", "from bot.memory.history import Memory"),
    (rooms_are_apart, "bot/assembly.py", "from bot.turns.turn import Turn\nfrom bot.commands.registry import Registry"),
    (environment_is_read_once, "bot/settings.py", "import os\nos.environ"),
    (environment_is_read_once, "bot/store/x.py", "import os\nos.getpid()\nenviron = self.environ"),
    (imports_are_absolute, "bot/llm/x.py", "from bot.llm import client"),
    (names_say_something, "bot/llm/commonplace.py", ""),
    (files_are_short, "bot/llm/x.py", "x = 1\n" * LONGEST),
]


@pytest.mark.parametrize(("rule", "path", "source"), PLANTED)
def test_a_planted_violation_is_found(rule: Rule, path: str, source: str) -> None:
    assert list(rule(PurePosixPath(path), source))


@pytest.mark.parametrize(("rule", "path", "source"), ALLOWED)
def test_what_is_allowed_passes(rule: Rule, path: str, source: str) -> None:
    assert list(rule(PurePosixPath(path), source)) == []


def test_every_rule_has_a_planted_violation_and_a_case_that_passes() -> None:
    assert {rule for rule, *_ in PLANTED} == {rule for rule, *_ in ALLOWED} == set(RULES)
