"""Who Parley is on a server."""

from dataclasses import dataclass, field

from bot.vocabulary.model import Sampling


@dataclass(frozen=True, slots=True)
class Persona:
    """Instructions, model and parameters. `model` empty: the operator's default. `preset` names the preset it came from, or is empty.

    `{server}` and `{channel}` in `instructions` are replaced literally when the prompt is made.
    """

    name: str
    instructions: str
    model: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    preset: str = ""
    version: int = 0
