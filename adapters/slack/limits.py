"""What Slack allows, with the source of each number."""

from collections.abc import Mapping, Sequence

from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits

LIMITS = Limits(
    # chat.update refuses a longer `text` with msg_too_long (docs.slack.dev/reference/methods/chat.update). A message may be
    # posted longer, but ours are edited. Counted with the escapes of &, < and >, which is the stricter reading.
    text=4_000
)


def budgets(team: str, channel: str) -> Mapping[str, Sequence[Budget]]:
    """What each kind of send draws on (all from docs.slack.dev/apis/web-api/rate-limits). Slack counts by method and workspace.

    chat.update and chat.delete are Tier 3, 50 and more a minute: 40 are spread evenly over it, and 8 more are for first and
    final texts, 5 of them at once. chat.postMessage is special: one message a second and channel, short bursts allowed (of three
    in 3 s one is kept for first texts). What a whole workspace may post Slack does not publish: when it is too much it says so,
    with Retry-After.
    """
    post = Budget(f"slack:{team}:{channel}/post", interval=1.6, most=2, reserve=1, refill=3.2)
    update = Budget(f"slack:{team}/update", interval=1.5, most=4, reserve=5, refill=15.5)
    delete = Budget(f"slack:{team}/delete", interval=1.5, most=4, reserve=5, refill=15.5)
    return {"post": (post,), "edit": (update,), "delete": (delete,)}


ACKNOWLEDGE_WITHIN = 3.0
"""Seconds Slack waits for an acknowledgement, and for which a trigger_id is good (docs.slack.dev/apis/events-api)."""

LAST_RETRY = 3
"""Slack's last redelivery, as x-slack-retry-num counts: at once, after a minute, after five (docs.slack.dev/apis/events-api)."""

MODAL_TITLE = 24
"""Characters of a modal's title (docs.slack.dev/reference/views/modal-views)."""

MODAL_INPUT = 3_000
"""Characters of a plain-text input (docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element)."""

MODAL_LABEL = 2_000
"""Characters of an input block's label (docs.slack.dev/reference/block-kit/blocks/input-block)."""

OPTIONS = 100
"""Choices of a select menu, each of at most `OPTION` characters (docs.slack.dev/reference/block-kit/composition-objects/option-object)."""

OPTION = 75

REPLIES_PAGE = 15
"""Messages per call of conversations.replies that every kind of app may ask for (docs.slack.dev changelog, 2025-05-29)."""

TABLE_COLUMNS = 60
"""Columns of display that a table may take in a code block; wider ones are folded on narrow screens (ours, not Slack's)."""

MARKDOWN_BLOCK = 12_000
"""Characters of all `markdown` blocks of a message together (docs.slack.dev/reference/block-kit/blocks/markdown-block)."""

MARKDOWN_BLOCKS = 50
"""Blocks that a `markdown` block may expand to: those of a message (docs.slack.dev/reference/block-kit/blocks)."""

TABLE_ROWS = 100
"""Rows of a table, the header among them, each of at most `TABLE_CELLS` (docs.slack.dev/reference/block-kit/blocks/table-block)."""

TABLE_CELLS = 20
