"""Orders typed at the prompt: read against the command specs, and completed from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.vocabulary.commands import CommandSpec, CommandSpecs

LEAVE = ("quit", "exit")
BARE = {"clear": "reset", "reset": "reset", "help": "help", "stop": "stop"}
"""Words that are an order when they stand alone, without the slash."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order and its arguments as typed. `missing` must still be asked for; `wrong` says why it cannot be carried out."""

    spec: CommandSpec
    args: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""


def leaves(line: str) -> bool:
    """Whether the person wants to go."""
    return line.strip().lower().removeprefix("/") in LEAVE


def parse(line: str, specs: CommandSpecs) -> Order | None:
    """The order in `line`, or None when it is something said. A path such as /etc/hosts is something said."""
    text = line.strip()
    bare = BARE.get(text.lower().removeprefix("/"))
    words = bare.split() if bare else text[1:].split() if text.startswith("/") else []
    for size in (2, 1):
        spec = next((spec for spec in specs if spec.name.split() == [word.lower() for word in words[:size]]), None)
        if spec and len(words) >= size:
            return _with_arguments(spec, words[size:])
    return None


def unknown(line: str) -> bool:
    """Whether `line` looks like an order, but is none of ours: one plain word after a slash begins it."""
    first = line.strip().partition(" ")[0]
    return first.startswith("/") and first[1:].isalpha()


def usage(spec: CommandSpec) -> str:
    """How to write an order, as in `/persona use <preset>`; long text is asked for and not written."""
    written = (param for param in spec.params if not param.long)
    shown = (f"<{param.name}>" if param.required else f"[{param.name}]" for param in written)
    return " ".join((f"/{spec.name}", *shown))


def _with_arguments(spec: CommandSpec, words: list[str]) -> Order:
    params = [param for param in spec.params if not param.long] + [param for param in spec.params if param.long]
    args: dict[str, str] = {}
    for position, param in enumerate(params):
        rest = words[position:]
        if rest:
            args[param.name] = " ".join(rest) if position == len(params) - 1 else rest[0]
    return Order(spec, args, _problem(spec, args, extra=words if not params else []))


def _problem(spec: CommandSpec, args: Mapping[str, str], *, extra: list[str]) -> str:
    if extra:
        return f"`/{spec.name}` takes nothing more."
    for param in spec.params:
        given = args.get(param.name)
        if given is None and param.required and not param.long:
            choices = f" ({', '.join(param.choices)})" if param.choices else ""
            return f"Please write `{usage(spec)}`: {param.description}{choices}."
        if given is not None and param.choices and given.lower() not in param.choices:
            return f"`{given}` is none of: {', '.join(param.choices)}."
    return ""


class OrderCompleter(Completer):
    """Completes orders after a slash, then the choices of their parameters."""

    def __init__(self, specs: CommandSpecs) -> None:
        self._specs = specs

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        line = document.text_before_cursor
        if not line.startswith("/") or "\n" in document.text:
            return
        for spec in self._specs:
            name = f"/{spec.name}"
            if name.startswith(line):
                yield Completion(name, start_position=-len(line), display_meta=spec.description)
            elif line.startswith(f"{name} "):
                yield from _choices(spec, line.removeprefix(f"{name} "))


def _choices(spec: CommandSpec, typed: str) -> Iterable[Completion]:
    *before, word = typed.split(" ")
    params = [param for param in spec.params if not param.long]
    if len(before) < len(params):
        for choice in params[len(before)].choices:
            if choice.startswith(word):
                yield Completion(choice, start_position=-len(word))
