"""`reset`: an order about the conversation one is in."""

from bot.commands.registry import Command
from bot.memory.history import Memory
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec
from bot.vocabulary.conversation import Authority

NOTHING = "There is nothing to forget here. To make me forget a thread, write `reset` to me in that thread."

RESET = CommandSpec("reset", "Forget this conversation", Authority.MODERATOR, Authority.MEMBER)


class ConversationCommands:
    """What is remembered belongs to everybody who speaks there."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def all(self) -> tuple[Command, ...]:
        return (Command(RESET, self.reset),)

    async def reset(self, call: CommandCall) -> CommandReply:
        turns = await self._memory.reset(call.conversation)
        return CommandReply("I have forgotten our conversation here." if turns else NOTHING, private=False)
