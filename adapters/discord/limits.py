"""What Discord allows, each number with its source."""

from collections.abc import Mapping, Sequence

from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits

LIMITS = Limits(text=2000)
"""`text`: documents, "Create Message": content up to 2,000 characters for bots (the OpenAPI file says 4,000)."""

OVERALL = Budget("discord/all", interval=1 / 30, most=8, ahead=2, keep=5.0, reserve=6, refill=0.08)
"""Documents, "Rate Limits": 50 requests a second for each bot. 30 are for running edits; placeholders, first and final texts, which
nobody may keep waiting for an edit of somebody else's answer, have up to 18 more, 6 of them at once."""


def budgets(channel: int) -> Mapping[str, Sequence[Budget]]:
    """What each kind of send into a channel draws on; a thread is a channel of its own.

    By the headers seen, posts and edits of one channel have a bucket each, 5 in 5 s (a community figure). Of 5 edits 4 are spread
    evenly and one is kept for a first or final text; of 5 posts, which are mostly first ones, two are kept. The windows are a
    little longer than Discord's, for what the network does to our intervals. discord.py returns from the call that takes the last
    token of a window only when the window ends (measured): the kept one alone can do that.
    """
    name = f"discord:{channel}"
    post = Budget(f"{name}/post", interval=1.75, most=2, reserve=2, refill=5.25)
    edit = Budget(f"{name}/edit", interval=1.3, most=4, reserve=1, refill=5.2)
    delete = Budget(f"{name}/delete", interval=1.3, most=2, reserve=1, refill=5.2)
    return {"post": (post, OVERALL), "edit": (edit, OVERALL), "delete": (delete, OVERALL)}


NONCE = 25
"""Characters of a message nonce (documents, "Create Message")."""

LISTED = 100
"""Messages one listing returns at most (documents, "Get Channel Messages")."""

REQUEST_SECONDS = 20.0
"""Longest wait for one answer of Discord's; the library's own 5 minutes would leave a reader alone with a placeholder."""

PATIENCE_SECONDS = 30.0
"""Longest rate limit that discord.py waits out inside a call; its smallest allowed value. Beyond it we are told and wait ourselves."""

FORM_SECONDS = 1.0
"""Longest wait for what a form shows: of the 3 s to the first response (documents, "Interaction Callback") most stays for the way."""

FORM_FIELDS = 5
"""Top-level components of a modal (documents, "Modal")."""

FORM_TITLE = 45
"""Characters of a modal's title and of a field's label (documents, "Modal", "Label")."""

FORM_TEXT = 4000
"""Characters of a text input (documents, "Text Input")."""

CHOICES = 25
"""Choices of one option (documents, "Application Command Option")."""

DESCRIPTION = 100
"""Characters of a command's or an option's description (documents, "Application Command Object")."""

OPTION_TEXT = 6000
"""Largest `max_length` of a string option (documents, "Application Command Option")."""

IDENTIFY_SECONDS = 5.0
"""In so many seconds `max_concurrency` connections may open a session (documents, "Session Start Limit Object")."""

TABLE_COLUMNS = 60
"""Columns of display that a table may take in a code block; wider ones are folded on narrow screens (ours, not Discord's)."""
