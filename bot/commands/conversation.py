"""`reset` and `stop`: orders about the conversation one is in."""

from collections.abc import Awaitable, Callable

from bot.commands.registry import Command
from bot.memory.history import Memory
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec
from bot.vocabulary.conversation import Authority

StopRunning = Callable[[CommandCall], Awaitable[bool]]
"""Ask the turns that this person may stop to stop; False when none runs."""


NOTHING = "There is nothing to forget here. To make me forget a thread, write `reset` to me in that thread."


class ConversationCommands:
    """`stop` is a port: turns run elsewhere."""

    def __init__(self, memory: Memory, stop: StopRunning) -> None:
        self._memory = memory
        self._stop = stop

    def all(self) -> tuple[Command, ...]:
        reset = CommandSpec("reset", "Forget this conversation", Authority.MODERATOR, Authority.MEMBER)
        return (Command(reset, self.reset), Command(CommandSpec("stop", "Stop the answer I am writing"), self.stop))

    async def reset(self, call: CommandCall) -> CommandReply:
        turns = await self._memory.reset(call.conversation)
        return CommandReply("I have forgotten our conversation here." if turns else NOTHING, private=False)

    async def stop(self, call: CommandCall) -> CommandReply:
        return CommandReply("Stopping." if await self._stop(call) else "I am not writing anything here right now.")
