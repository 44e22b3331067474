"""All orders by name: who may give them, how they are carried out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.errors import BotError, NotAllowed, OrderInvalid
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec
from bot.vocabulary.conversation import Authority

PREFILL_SECONDS = 1.0
"""A form must be on the screen within three seconds of the click, so what it shows may take one."""

Handler = Callable[[CommandCall], Awaitable[CommandReply]]
Prefill = Callable[[CommandCall], Awaitable[Mapping[str, str]]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
    """An order and what it does. `prefill` gives a form its first contents."""

    spec: CommandSpec
    run: Handler
    prefill: Prefill | None = None


class Registry:
    """`Orders` carried out in this process; whoever gave them always gets a reply."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self._commands = {command.spec.name: command for command in commands}

    @property
    def specs(self) -> tuple[CommandSpec, ...]:
        return tuple(command.spec for command in self._commands.values())

    async def run(self, call: CommandCall) -> CommandReply:
        """The reply, which is the sentence of the error when something is wrong."""
        try:
            command = self._allowed(call)
            _check_arguments(command.spec, call.args)
            reply = await command.run(call)
        except BotError as error:
            log.info("order refused", order=call.name[:40], reason=type(error).__name__)
            return CommandReply(error.user_text)
        except Exception:  # the door's boundary: whatever broke, the person gets a sentence and the operator the trace
            log.exception("order failed", order=call.name)
            return CommandReply(BotError.user_text)
        log.info("order carried out", order=call.name, server=str(call.conversation.server_key))
        return reply

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        """First contents of a form; empty when the person may not see them or they take too long."""
        try:
            command = self._allowed(call)
            if command.prefill is None:
                return {}
            async with asyncio.timeout(PREFILL_SECONDS):
                return await command.prefill(call)
        except (BotError, TimeoutError):
            return {}

    def _allowed(self, call: CommandCall) -> Command:
        command = self._commands.get(call.name)
        if command is None:
            raise OrderInvalid(f"no order {call.name[:40]!r}", user_text="I do not know that order. Try `help`.")
        needed = authority_for(command.spec, call)
        if call.author.authority < needed:
            raise NotAllowed(call.name, user_text=_needs(call.name, needed))
        return command


def authority_for(spec: CommandSpec, call: CommandCall) -> Authority:
    """The authority that an order takes where it is given.

    What takes an admin concerns the whole server, so a DM waives it only where the server is that DM's own.
    """
    if not call.direct or (spec.authority >= Authority.ADMIN and not alone(call)):
        return spec.authority
    return spec.direct


def alone(call: CommandCall) -> bool:
    """Whether the server is the asker's own: "dm-<user>" (see `ConversationKey`). A Slack DM belongs to its workspace."""
    return call.direct and call.conversation.server.startswith("dm-")


def _needs(name: str, authority: Authority) -> str:
    who = {Authority.MODERATOR: "moderators", Authority.ADMIN: "admins of this server", Authority.OPERATOR: "whoever runs me"}
    return f"Only {who.get(authority, 'others')} can use `{name}` here."


def _check_arguments(spec: CommandSpec, args: Mapping[str, str]) -> None:
    for param in spec.params:
        value = args.get(param.name, "")
        if param.required and not value.strip():
            raise OrderInvalid(f"{param.name} missing", user_text=f"`{spec.name}` needs: {param.description.lower()}.")
        if value and param.choices and value.lower() not in param.choices:
            raise OrderInvalid(f"{param.name} unknown", user_text=f"Choose one of: {', '.join(param.choices)}.")
        if len(value) > param.limit:
            raise OrderInvalid(f"{param.name} too long", user_text=f"{param.description}: at most {param.limit:,} characters.")
