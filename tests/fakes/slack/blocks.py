"""Blocks as Slack judges and shows them. Limits: the blocks' pages in docs.slack.dev/reference/block-kit."""

from markdown_it import MarkdownIt

from tests.fakes.slack.workspace import Json

BLOCKS_LIMIT = 50  # blocks in a message, those among them that a markdown block is translated to
MARKDOWN_TOTAL = 12_000  # characters of all markdown blocks of a message
MIXED_TOTAL = 13_172  # characters of all text in blocks of several kinds: from there on refused (slackapi/bolt-js issue 2509)
ELEMENTS, LABEL, VALUE, ID = 25, 75, 2_000, 255  # of an actions block and its buttons

_READER = MarkdownIt("commonmark").enable("table")


def complaint(blocks: list[Json]) -> str:
    """The code of Slack's refusal, or nothing."""
    markdown = [str(block.get("text") or "") for block in blocks if block.get("type") == "markdown"]
    if sum(map(len, markdown)) > MARKDOWN_TOTAL or _characters(blocks) > MIXED_TOTAL:
        return "msg_blocks_too_long"
    others = len(blocks) - len(markdown)
    if others + sum(map(expanded, markdown)) > BLOCKS_LIMIT or any(not text.strip() for text in markdown):
        return "invalid_blocks"
    return "" if all(map(_pressable, (b for b in blocks if b.get("type") == "actions"))) else "invalid_blocks"


def shown(blocks: list[Json]) -> str:
    """What people read in them. Markdown is left as it was written."""
    texts = (block.get("text") for block in blocks if block.get("type") in ("markdown", "section"))
    return "\n".join(str(text.get("text") if isinstance(text, dict) else text) for text in texts)


def expanded(markdown: str) -> int:
    """Blocks that Slack makes of a text, as far as is known: what stands side by side at its top."""
    return sum(1 for token in _READER.parse(markdown) if token.level == 0 and token.nesting >= 0)


def _characters(blocks: list[Json]) -> int:
    texts = [block.get("text") for block in blocks]
    return sum(len(text.get("text", "") if isinstance(text, dict) else text or "") for text in texts)


def _pressable(block: Json) -> bool:
    buttons = block.get("elements") or []
    ids = [str(button.get("action_id", "")) for button in buttons]
    sizes = all(len(b["text"]["text"]) <= LABEL and len(b.get("value") or "") <= VALUE for b in buttons if b.get("type") == "button")
    return 0 < len(buttons) <= ELEMENTS and len(set(ids)) == len(ids) and all(0 < len(one) <= ID for one in ids) and sizes
