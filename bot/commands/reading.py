"""What is an order when it is written as a message, and what is meant for the model."""

from collections.abc import Mapping, Sequence

from bot.vocabulary.commands import CommandSpecs, Param


def read(specs: CommandSpecs, text: str) -> tuple[str, Mapping[str, str]] | None:
    """The name and arguments of an order written as a message ("persona use tutor"), or None: then it is meant for the model.

    Only what fits an order exactly is one, so that "help me with…" or "stop words are…" still reach the model.
    """
    known = {spec.name: spec for spec in specs}
    words = text.strip().removeprefix("/").split(maxsplit=2)
    for size in (2, 1):
        name = " ".join(words[:size]).lower()
        spec = known.get(name)
        if spec and len(words) >= size:
            rest = text.strip().removeprefix("/").split(maxsplit=size)[size:]
            args = _arguments(spec.params, rest[0] if rest else "")
            if args is not None:
                return name, args
    return None


def _arguments(params: Sequence[Param], rest: str) -> Mapping[str, str] | None:
    """Arguments from the rest of a line: one word each, the last takes all that is left. None when they do not fit."""
    values = rest.split(maxsplit=len(params) - 1) if params else rest.split()
    required = sum(param.required for param in params)
    if not required <= len(values) <= len(params):
        return None
    args = {param.name: value.strip() for param, value in zip(params, values, strict=False)}
    fits = all(not param.choices or args.get(param.name, param.choices[0]).lower() in param.choices for param in params)
    return args if fits else None
