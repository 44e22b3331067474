"""Stop: which running turns a person may stop, wherever they run."""

from dataclasses import replace

from bot.errors import NotAllowed
from bot.turns.journal import Journal
from bot.turns.mailbox import Mailbox
from bot.turns.turn import turn_id
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import Authority, ConversationKey
from bot.vocabulary.inbound import Press
from bot.vocabulary.lane import Lane

NOT_YOURS = "Only whoever asked can do that here, and moderators."


class Stopping:
    """People stop what runs in their lane; moderators with nothing of their own running stop the whole conversation."""

    def __init__(self, journal: Journal, mailbox: Mailbox) -> None:
        self._journal = journal
        self._mailbox = mailbox

    async def stop(self, call: CommandCall) -> bool:
        """Ask the turns to stop; False when none runs."""
        own = Lane(call.conversation, "" if call.exclusive else call.author.id)
        order = turn_id(own, call.id)  # written as a message while nothing ran, it is a turn itself
        if await self._journal.stop(own, by=order):
            return True
        if call.author.authority >= Authority.MODERATOR:
            others = await self._mailbox.lanes_of(own)
            if any([await self._journal.stop(lane, by=order) for lane in others]):
                return True
        return not call.conversation.thread and await self._stop_in_threads(call)

    async def pressed(self, press: Press) -> bool:
        """Ask the one turn under which the button stands to stop; False when it does not run.

        Raises `NotAllowed` when it is another person's: words stop what is written in a thread, a button only what its own asker waits for.
        """
        only = "" if press.author.authority >= Authority.MODERATOR else press.author.id
        for lane in _likely(press):
            if await self._journal.stop(lane, press.turn, author=only):
                return True
        lanes = await self._lanes(press)
        if any([await self._journal.stop(lane, press.turn, author=only) for lane in lanes]):
            return True
        if any([await self._journal.runs(lane, press.turn) for lane in lanes]):
            raise NotAllowed(user_text=NOT_YOURS)
        return False

    async def settles(self, press: Press) -> bool:
        """Whether the answer under which the button stands is there, and its turn not finished."""
        return any([await self._journal.runs(lane, press.turn, settling=True) for lane in await self._lanes(press)])

    async def _lanes(self, press: Press) -> list[Lane]:
        likely = _likely(press)
        return list(dict.fromkeys([*likely, *await self._mailbox.lanes_of(likely[0])]))

    async def _stop_in_threads(self, call: CommandCall) -> bool:
        """A slash command in a channel cannot name a thread (Slack sends none): what its author asked for in any of them."""
        waiting = await self._mailbox.waiting()
        threads = [each.lane for each in waiting if _is_thread_of(each.lane.conversation, call.conversation)]
        return any([await self._journal.stop(lane, author=call.author.id) for lane in threads])


def _likely(press: Press) -> tuple[Lane, Lane]:
    """A button does not know how many lanes its place has; it is mostly pressed by whoever asked."""
    return Lane(press.conversation), Lane(press.conversation, press.author.id)


def _is_thread_of(conversation: ConversationKey, channel: ConversationKey) -> bool:
    return bool(conversation.thread) and replace(conversation, thread="") == channel
