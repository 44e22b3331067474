"""What Discord allows, each number with its source."""

from bot.vocabulary.platform import Limits

LIMITS = Limits(text=2000, edit_interval=1.25)
"""`text`: documents, "Create Message": content up to 2,000 characters for bots (the OpenAPI file says 4,000).

`edit_interval`: edits of one channel share a bucket, by the headers seen 5 in 5 s (a community figure). discord.py returns from
the edit that takes the last token only when the bucket resets; at 1.25 s and more between edits that never happens (measured).
"""

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
