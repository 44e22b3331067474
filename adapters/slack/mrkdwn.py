"""What we write ourselves, in Slack's own writing, and its escapes. The model's Markdown is `dialect`'s."""


def rendered(text: str) -> str:
    """`text` with everything inert that Slack would act upon: mentions, crowds, channels and hidden links all begin with <.

    See docs.slack.dev/messaging/formatting-message-text, "Escaping text".
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quiet(text: str) -> str:
    """A line of ours, in italics; Slack ends them at each line."""
    return "\n".join(f"_{line}_" if line else "" for line in rendered(text).split("\n"))
