"""The text after /parley, as an order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.vocabulary.commands import CommandSpec, CommandSpecs, Param

HELP = "help"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for. `spec` is None for help: nothing was said, or nothing that we know."""

    spec: CommandSpec | None
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.spec.name if self.spec else HELP

    @property
    def missing(self) -> tuple[Param, ...]:
        """What a form must still ask for: none when every long text was written behind the command."""
        if self.spec is None or all(param.name in self.args for param in self.spec.form):
            return ()
        return tuple(param for param in self.spec.params if param.long or (param.required and param.name not in self.args))

    @property
    def kept(self) -> Mapping[str, str]:
        """What a form need not ask for; what is too long stays too long, but not longer than a form can remember."""
        known = set(self.spec.params if self.spec else ()) - set(self.missing)
        return {param.name: self.args[param.name][: param.limit + 1] for param in known if param.name in self.args}


def order_from(text: str, specs: CommandSpecs) -> Order:
    """Names of two words go before names of one; the last parameter takes the rest of the text."""
    by_name = {spec.name: spec for spec in specs}
    for words in (2, 1):
        said = text.split(None, words)
        spec = by_name.get(" ".join(said[:words]).lower()) if len(said) >= words else None
        if spec is not None:
            return Order(spec, _args(spec, said[words] if len(said) > words else ""))
    return Order(None)


def _args(spec: CommandSpec, rest: str) -> dict[str, str]:
    args: dict[str, str] = {}
    for param in spec.params[:-1]:
        word, _, rest = rest.strip().partition(" ")
        args[param.name] = word
    if spec.params:
        args[spec.params[-1].name] = rest.strip()
    return {name: value for name, value in args.items() if value}
