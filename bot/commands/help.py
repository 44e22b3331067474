"""`help`: what Parley does and what one may order."""

from collections.abc import Callable

from bot.commands.registry import Command, authority_for
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, CommandSpecs

INTRODUCTION = (
    "Mention me, reply to one of my messages, or write to me directly, and I answer in place. "
    "I remember what was said in this channel or thread.\n"
)

HELP = CommandSpec("help", "Show what I can do")


class HelpCommand:
    """Lists what the asker may order here."""

    def __init__(self, specs: Callable[[], CommandSpecs]) -> None:
        self._specs = specs

    def all(self) -> tuple[Command, ...]:
        return (Command(HELP, self.help),)

    async def help(self, call: CommandCall) -> CommandReply:
        allowed = [spec for spec in self._specs() if call.author.authority >= authority_for(spec, call)]
        return CommandReply(INTRODUCTION + "\n".join(f"- `{_usage(spec)}`: {spec.description}" for spec in allowed))


def _usage(spec: CommandSpec) -> str:
    return " ".join((spec.name, *(f"<{param.name}>" if param.required else f"[{param.name}]" for param in spec.params)))
