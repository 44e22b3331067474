"""Stop: which running turns a person may stop, wherever they run."""

from dataclasses import replace

from bot.turns.journal import Journal
from bot.turns.mailbox import Mailbox
from bot.turns.turn import turn_id
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import Authority, ConversationKey
from bot.vocabulary.lane import Lane


class Stopping:
    """People stop what runs in their lane; moderators with nothing of their own running stop the whole conversation."""

    def __init__(self, journal: Journal, mailbox: Mailbox) -> None:
        self._journal = journal
        self._mailbox = mailbox

    async def stop(self, call: CommandCall) -> bool:
        """Ask the turns to stop, or the one turn that `call` names (a button under it); False when none runs."""
        own = Lane(call.conversation, "" if call.exclusive else call.author.id)
        order = turn_id(own, call.id)  # written as a message while nothing ran, it is a turn itself
        turn = call.args.get("turn", "")
        mine = {own, Lane(call.conversation)} if turn else {own}  # a button does not know whether its place is one lane
        if any([await self._journal.stop(lane, turn, by=order) for lane in mine]):
            return True
        if call.author.authority >= Authority.MODERATOR:
            others = await self._mailbox.lanes_of(own)
            if any([await self._journal.stop(lane, turn, by=order) for lane in others]):
                return True
        return not call.conversation.thread and await self._stop_in_threads(call)

    async def _stop_in_threads(self, call: CommandCall) -> bool:
        """A slash command in a channel cannot name a thread (Slack sends none): what its author asked for in any of them."""
        waiting = await self._mailbox.waiting()
        threads = [each.lane for each in waiting if _is_thread_of(each.lane.conversation, call.conversation)]
        return any([await self._journal.stop(lane, author=call.author.id) for lane in threads])


def _is_thread_of(conversation: ConversationKey, channel: ConversationKey) -> bool:
    return bool(conversation.thread) and replace(conversation, thread="") == channel
