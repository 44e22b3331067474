"""Screen: what is wrong with the input itself, and what moderation says of it. Nothing of it has reached the model yet."""

from bot.errors import EmptyMessage, MessageTooLong
from bot.moderation.moderation import Moderation
from bot.turns.turn import Turn

FILES_ONLY = "I can't look at files or pictures yet. Please write your question as text."
FILES_TOO = "I can't look at files or pictures yet, so I answered the text only."


async def screen(turn: Turn, moderation: Moderation, *, most_characters: int) -> None:
    """Raises a `Declined` that says what to change; each message of the turn is screened, quoted text and names included."""
    if not turn.text.strip():
        if turn.attachments:
            raise EmptyMessage("only files", user_text=FILES_ONLY)
        if not turn.quoted:
            raise EmptyMessage
    longest = max(len(message.text) for message in turn.messages)
    if longest > most_characters:
        raise MessageTooLong(longest, most_characters)
    names = dict.fromkeys(message.author.name for message in turn.messages)
    # our own words too: what stands under our name may be an edit of somebody's, or what a stranger made the model say
    quotes = [text for quoted in turn.quoted for text in (quoted.author, quoted.text)]
    texts = [*(message.text for message in turn.messages), *quotes, *names]
    await moderation.check(texts, conversation=turn.lane.conversation, author=turn.last.author.id)
