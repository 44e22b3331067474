"""What Discord allows, each number with its source."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from adapters.rendering.line import LATE
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits

LIMITS = Limits(text=2000, edit_seconds=3600.0)
"""`text`: documents, "Create Message": content up to 2,000 characters for bots (the OpenAPI file says 4,000). `edit_seconds`: documents,
"JSON Error Codes", 30046: a message older than an hour may be edited so many times only, and the number is not told.
"""

OVERALL = Budget("discord/all", interval=0.005, most=8, ahead=2, keep=5.0, reserve=6, limit=48, window=1.05)
"""Documents, "Rate Limits": 50 requests a second for each bot. Two are for what we send without asking for a turn, such as look-ups;
6 are for placeholders, first and final texts, which nobody may keep waiting for an edit of somebody else's answer. The window is
longer than Discord's, and a process spreads what it sends, for what our loop and the network do between a turn and its arrival.
"""

MARGIN = 1.005
"""How much longer than Discord's our windows are, beside the lateness that every turn is allowed."""

QUICKEST = 0.2
"""Seconds between sends of a kind into one channel at least, however much Discord allows: nobody reads faster."""


BLOCK = 1.3
"""Seconds that a loan lasts at least where Discord allows more: else each edit of a slow text would need one of its own."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many requests of a kind in so many seconds, counted by Discord from the first."""

    limit: int
    seconds: float
    bucket: str = ""
    """Discord's name for what is counted together; empty: this kind alone."""

    def budget(self, bucket: str, *, most: int, reserve: int) -> Budget:
        """All but `reserve` of them, or half of very few, spread evenly over the window; the others are kept for first and final texts."""
        kept = min(reserve, self.limit // 2)
        interval = max(QUICKEST, _hundredths(self.seconds * MARGIN / (self.limit - kept - LATE)))
        refill = _hundredths((self.seconds + interval * LATE) * MARGIN)
        ahead = max(1, int(BLOCK / interval))
        return Budget(bucket, interval=interval, most=most * ahead, ahead=ahead, reserve=kept, refill=refill)


def _hundredths(seconds: float) -> float:
    """Rounded up, so that sums come out even."""
    return math.ceil(seconds * 100) / 100


FIVE_IN_FIVE = Allowance(5, 5.0)
"""Posts, edits and deletions of one channel, each kind for itself: a community figure, good until headers say another."""


def budgets(channel: int, seen: Mapping[str, Allowance] = MappingProxyType({})) -> Mapping[str, Sequence[Budget]]:
    """What each kind of send into a channel draws on; a thread is a channel of its own. `seen`: what headers said, by kind.

    Of 5 edits 4 are spread evenly and one is kept for a first or final text; of 5 posts, which are mostly first ones, two are kept.
    discord.py returns from the call that takes the last token of a window only when the window ends (measured): the kept one alone
    can do that. A file comes as a post. Kinds that Discord counts together draw on one budget.
    """
    shared: dict[str, Budget] = {}
    for kind, most, reserve in (("post", 2, 2), ("edit", 4, 1), ("delete", 2, 1)):
        allowance = seen.get(kind, FIVE_IN_FIVE)
        counted = allowance.bucket or kind
        shared[kind] = shared[counted] = shared.get(counted) or allowance.budget(f"discord:{channel}/{kind}", most=most, reserve=reserve)
    kinds = {"post": "post", "edit": "edit", "delete": "delete", "attach": "post"}
    return {kind: (shared[drawn], OVERALL) for kind, drawn in kinds.items()}


NONCE = 25
"""Characters of a message nonce (documents, "Create Message")."""

LISTED = 100
"""Messages one listing returns at most (documents, "Get Channel Messages")."""

REQUEST_SECONDS = 20.0
"""Longest wait for one answer of Discord's; the library's own 5 minutes would leave a reader alone with a placeholder."""

PATIENCE_SECONDS = 30.0
"""Longest rate limit that discord.py waits out inside a call; its smallest allowed value. Beyond it we are told and wait ourselves."""

BUTTONS_IN_ROW, ROWS = 5, 5
"""Buttons of one action row, and rows of a message (documents, "Component Reference": Action Row; "Create Message": components)."""

FILES = 10
"""Files of one message (documents, "Create Message")."""

FILE_BYTES = 10 * 1024**2
"""Of one file where the server's boosts do not allow more (documents, "Uploading Files")."""

REQUEST_BYTES = 25 * 1024**2
"""Of all files of one request (documents, "Uploading Files")."""

RESPONSE_SECONDS = 3.0
"""To the first response to an interaction (documents, "Interaction Callback"); later ones are refused."""

REASON_TEXT = 1000
"""Characters of what somebody writes about an answer (ours: a text input takes more)."""

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
