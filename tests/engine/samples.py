"""People, places and messages that the tests of rooms share."""

from dataclasses import replace

from bot.turns.turn import Turn
from bot.vocabulary.commands import CommandCall
from bot.vocabulary.conversation import Author, Authority, ConversationKey, Place
from bot.vocabulary.inbound import Addressed, Attachment, Inbound, Quoted
from bot.vocabulary.lane import Lane
from bot.vocabulary.reply import ReplyAddress

CHANNEL = ConversationKey("discord", "guild", "general")
THREAD = replace(CHANNEL, thread="thread")
DIRECT = ConversationKey("discord", "dm-ada", "direct")
SLACK_DIRECT = ConversationKey("slack", "T1", "D1", "1.0")

ADA = Author("ada", "Ada")
BOB = Author("bob", "Bob")
ADMIN = Author("root", "Root", Authority.ADMIN)


def inbound(
    text: str = "hello",
    *,
    author: Author = ADA,
    conversation: ConversationKey = CHANNEL,
    addressed: Addressed = Addressed.MENTION,
    quoted: Quoted | None = None,
    attachments: tuple[Attachment, ...] = (),
    mentions_others: bool = False,
) -> Inbound:
    """One message."""
    return Inbound(
        id=f"{author.id}:{text}"[:60],
        conversation=conversation,
        author=author,
        text=text,
        addressed=addressed,
        address=ReplyAddress(conversation.platform, {}),
        sent_at=1_800_000_000.0,
        exclusive=bool(conversation.thread),
        quoted=quoted,
        attachments=attachments,
        mentions_others=mentions_others,
        place=Place("Guild", "general"),
    )


def turn(*messages: Inbound) -> Turn:
    """A turn of these messages."""
    return Turn("turn", Lane.of(messages[0]), messages)


def call(name: str, *, author: Author = ADMIN, conversation: ConversationKey = CHANNEL, direct: bool = False, **args: str) -> CommandCall:
    """An order with its arguments."""
    return CommandCall("call", name, author, conversation, direct=direct, exclusive=False, args=args)
