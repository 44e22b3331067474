"""`busy`: what happens to a message that comes while its author's last one is being answered."""

from bot.commands.registry import Command
from bot.manners.manners import Manners
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, Param
from bot.vocabulary.conversation import Authority
from bot.vocabulary.manners import Busy

MEANINGS = {
    Busy.QUEUE: "a new message waits until I have finished the answer before it",
    Busy.STEER: "a new message of the same person stops the answer I am writing; what I said stays, and I go on from there",
}
NEXT = "It is in force from the next message on."

BUSY = CommandSpec(
    "busy",
    "Show or set what a new message does while I answer",
    Authority.ADMIN,
    Authority.MEMBER,
    (Param("mode", "What a new message does", required=False, choices=tuple(busy.value for busy in Busy)),),
)


class BusyCommand:
    """Kept per server; whoever may change it is checked by the registry."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners

    def all(self) -> tuple[Command, ...]:
        return (Command(BUSY, self.busy),)

    async def busy(self, call: CommandCall) -> CommandReply:
        server, mode = call.conversation.server_key, call.args.get("mode", "").lower()
        if not mode:
            return CommandReply(_explained(await self._manners.busy(server)))
        busy = Busy(mode)
        await self._manners.set_busy(server, busy)
        return CommandReply(f"While I am busy, {MEANINGS[busy]}. {NEXT}")


def _explained(current: Busy) -> str:
    lines = (f"- **{busy.value}**: {meaning}{' (in use)' if busy is current else ''}" for busy, meaning in MEANINGS.items())
    return "While I am busy here:\n" + "\n".join(lines) + "\n\nChange with `busy queue` or `busy steer`."
