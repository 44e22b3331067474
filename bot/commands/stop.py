"""`stop`: an order that any process can carry out, since turns are stopped by way of the store."""

from collections.abc import Awaitable, Callable

from bot.commands.registry import Command
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec

StopRunning = Callable[[CommandCall], Awaitable[bool]]
"""Ask the turns that this person may stop to stop; False when none runs."""

STOP = CommandSpec("stop", "Stop the answer I am writing")


class StopCommand:
    """`stop` is a port: turns run elsewhere."""

    def __init__(self, stop: StopRunning) -> None:
        self._stop = stop

    def all(self) -> tuple[Command, ...]:
        return (Command(STOP, self.stop),)

    async def stop(self, call: CommandCall) -> CommandReply:
        return CommandReply("Stopping." if await self._stop(call) else "I am not writing anything here right now.")
