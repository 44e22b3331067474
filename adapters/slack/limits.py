"""What Slack allows, with the source of each number."""

from collections.abc import Mapping, Sequence

from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits

LIMITS = Limits(
    # One page is one `markdown` block, in UTF-8 bytes. A message takes 12,000 characters of them, counted over what Slack makes of the
    # text (docs.slack.dev/reference/block-kit/blocks/markdown-block); with other blocks beside, some 13,170 were refused with
    # msg_blocks_too_long (slackapi/bolt-js issue 2509). A native stream was refused from 10.6 kB of UTF-8 on (CopilotKit issues 6064
    # and 6244), and a page must not depend on which of the two ways brings it, nor be cut anew when one steps in for the other.
    text=8_800
)

MRKDWN_TEXT = 4_000
"""Characters of `text`: chat.update refuses a longer one with msg_too_long (docs.slack.dev/reference/methods/chat.update). A message
may be posted longer, but ours are edited. Counted with the escapes of &, < and >, which is the stricter reading."""

LATE_SECONDS = 4.0
"""How long a last version waits for its turn to edit. A workspace has some 50 updates a minute and one post a second and channel
(docs.slack.dev/apis/web-api/rate-limits): where the updates are used up for longer than people notice, a new message is sooner."""


def budgets(team: str, channel: str) -> Mapping[str, Sequence[Budget]]:
    """What each kind of send draws on (docs.slack.dev/apis/web-api/rate-limits). Slack counts by method and workspace.

    chat.update and chat.delete are Tier 3, 50 and more a minute: 40 are spread evenly over it, and 9 more are for first and
    final texts, 5 of them at once. chat.postMessage is special: one message a second and channel, short bursts allowed (of three
    in 3 s one is kept for first texts). What a whole workspace may post Slack does not publish: when it is too much it says so,
    with Retry-After. chat.startStream and chat.stopStream are Tier 2, 20 and more a minute: whoever comes first has them, since
    each is a first or a final text. chat.appendStream is Tier 4, 100 and more a minute: 80 are spread, 19 are for final texts, 6
    of them at once. A file takes two methods of Tier 4 (as their pages say) and stands as a message in the channel.
    """
    name = f"slack:{team}"
    post = Budget(f"{name}:{channel}/post", interval=1.6, most=2, reserve=1, refill=3.2)
    update = Budget(f"{name}/update", interval=1.5, most=4, reserve=5, refill=12.1)
    delete = Budget(f"{name}/delete", interval=1.5, most=4, reserve=5, refill=12.1)
    start = Budget(f"{name}/start", interval=0.01, most=8, keep=5.0, limit=20, window=61.0)
    append = Budget(f"{name}/append", interval=0.75, most=4, ahead=2, reserve=6, refill=4.4)
    stop = Budget(f"{name}/stop", interval=0.01, most=8, keep=5.0, limit=20, window=61.0)
    file = Budget(f"{name}/file", interval=1.5, most=2, reserve=5, refill=12.1)
    sends = {"post": (post,), "edit": (update,), "delete": (delete,), "attach": (post, file)}
    return sends | {"start": (start,), "append": (append,), "stop": (stop,)}


def names(team: str) -> tuple[Budget, Budget]:
    """For conversations.info, Tier 3, and users.info, Tier 4: 50 and 100 a minute and more, some of which are left to others."""
    name = f"slack:{team}"
    return (
        Budget(f"{name}/channels", interval=0.002, most=8, keep=5.0, limit=45, window=61.0),
        Budget(f"{name}/people", interval=0.002, most=8, keep=5.0, limit=90, window=61.0),
    )


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

MESSAGE_BLOCKS = 50
"""Blocks of a message, those among them that a `markdown` block is translated to (docs.slack.dev/reference/block-kit/blocks)."""

PAGE_BLOCKS = MESSAGE_BLOCKS - 4
"""Those that a page may come to: the buttons and lines of ours stand below it."""

TABLE_ROWS = 100
"""Rows of a table, the header among them, each of at most `TABLE_CELLS` (docs.slack.dev/reference/block-kit/blocks/table-block)."""

TABLE_CELLS = 20

BUTTONS = 25
"""Elements of an `actions` block (docs.slack.dev/reference/block-kit/blocks/actions-block)."""

BUTTON_TEXT = 75
"""Characters on a button (docs.slack.dev/reference/block-kit/block-elements/button-element)."""

RESPONSES = 5
"""Uses of a response_url (docs.slack.dev/interactivity/handling-user-interaction)."""
