"""What Slack allows, with the source of each number."""

from bot.vocabulary.platform import Limits

LIMITS = Limits(
    # chat.update refuses a longer `text` with msg_too_long (docs.slack.dev/reference/methods/chat.update). A message may be
    # posted longer, but ours are edited. Counted with the escapes of &, < and >, which is the stricter reading.
    text=4_000,
    # chat.update is Tier 3, 50 and more a minute per workspace (docs.slack.dev/apis/web-api/rate-limits): every 1.2 s is exactly
    # that, and a little more leaves room for what the network does to the intervals.
    edit_interval=1.25,
    # chat.postMessage: one message a second and *channel*, short bursts allowed (same page). The bucket here is the workspace, where
    # a wait would keep strangers waiting for each other; a channel that is too busy says so, with Retry-After.
    post_interval=0.0,
)

ACKNOWLEDGE_WITHIN = 3.0
"""Seconds Slack waits for an acknowledgement, and for which a trigger_id is good (docs.slack.dev/apis/events-api)."""

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
