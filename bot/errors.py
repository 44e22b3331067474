"""Every error of the house.

    BotError
    ├── SettingsInvalid           the operator must change .env
    ├── StoreUnavailable          Redis is away; nothing was lost, try again
    ├── LeaseLost                 another process owns the turn now: stop, say nothing
    ├── PlatformError
    │   ├── PlatformUnavailable   may pass: try again
    │   └── PlatformRefused       will not pass: missing rights, a deleted channel
    ├── Declined                  we do not ask the model; the person can change something
    │   ├── EmptyMessage, MessageTooLong, MessageFlagged, ModerationUnavailable, BudgetExhausted, OrderInvalid, NotAllowed
    └── ModelError                the model did not answer as it should
        ├── ModelPassing          may pass: the same model again, then another
        │   ├── ModelBusy (rate limit)  ModelDown (5xx, connection)  ModelSlow (a deadline)
        ├── ModelBroken           will not pass by waiting, another model may do
        │   ├── ModelUnknown (404)  ModelRejected (400, 422, 413)  ModelNonsense (not the protocol)
        ├── ModelDenied           the operator's key or account: 401, 403
        ├── QuotaExhausted        the operator's money at the provider
        └── StreamCut             text had come, then the stream broke

`user_text` is for the person in the chat: plain, short, what to do next. `str(error)` is for the operator's log.
Neither ever carries a secret, nor a stranger's text.
"""

from typing import ClassVar


class BotError(Exception):
    """Root. `user_text` is safe to show to anybody."""

    user_text: str = "Something went wrong on my side. Please try again in a moment."
    retry_after: float | None = None
    """Seconds after which trying again makes sense, where the other side named them."""

    def __init__(self, detail: str = "", *, user_text: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(detail or self.user_text)
        if user_text is not None:
            self.user_text = user_text
        if retry_after is not None:
            self.retry_after = retry_after


class SettingsInvalid(BotError):
    """The settings do not hold together; the message names every problem with its remedy."""

    user_text = "I am not set up correctly. Please tell whoever runs me."


class StoreUnavailable(BotError):
    """Redis did not answer."""

    user_text = "My memory is not reachable right now. Please try again in a minute."


class LeaseLost(BotError):
    """This process may no longer write for the lane."""


class PlatformError(BotError):
    """The platform did not do what we asked."""


class PlatformUnavailable(PlatformError):
    """It may pass: connection, 5xx, 429 beyond patience."""


class PlatformRefused(PlatformError):
    """It will not pass: missing rights, deleted channel or message."""

    user_text = "I cannot write here. Please check my permissions in this channel."


class Declined(BotError):
    """We do not ask the model, for a reason the person can change."""


class EmptyMessage(Declined):
    user_text = "Hi! Write your question after mentioning me, and I will answer here."


class MessageTooLong(Declined):
    def __init__(self, length: int, limit: int) -> None:
        said = f"Your message has {length:,} characters; I read up to {limit:,}. Please shorten it or send it in parts."
        super().__init__(f"message of {length} characters over the limit of {limit}", user_text=said)


class MessageFlagged(Declined):
    """Moderation flagged the input. `kinds` are the category names of the endpoint."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.kinds = kinds
        said = f"I can't help with that message: it was flagged as {', '.join(kinds)}. Please rephrase it."
        super().__init__(f"input flagged: {', '.join(kinds)}", user_text=said)


class ModerationUnavailable(Declined):
    user_text = "I cannot check messages right now, so I will not answer. Please try again in a few minutes."


class ModerationAbsent(ModerationUnavailable):
    """The endpoint has no moderation at all: the operator must name another."""


class BudgetExhausted(Declined):
    """The server's money for the day is spent or held. `user_text` says when it resets."""


class OrderInvalid(Declined):
    """A command could not be carried out; `user_text` says what to write instead."""


class NotAllowed(Declined):
    """The person's authority does not suffice."""

    user_text = "You are not allowed to do that here."


class ModelError(BotError):
    """The model did not answer as it should. `partial_ok`: text that was shown before stays."""

    user_text = "The model could not answer. Please try again in a moment."
    kind: ClassVar[str] = "model"


class ModelPassing(ModelError):
    """May pass: worth the same model again, then another."""


class ModelBusy(ModelPassing):
    user_text = "The model is busy right now. Please try again in a minute."
    kind = "busy"


class ModelDown(ModelPassing):
    user_text = "The model service is not reachable right now. Please try again in a few minutes."
    kind = "down"


class ModelSlow(ModelPassing):
    user_text = "The model took too long to answer. Please try again."
    kind = "slow"


class ModelBroken(ModelError):
    """Waiting does not help; another model may."""


class ModelUnknown(ModelBroken):
    user_text = "The model I am set to use does not exist. Please tell whoever runs me."
    kind = "unknown"


class ModelRejected(ModelBroken):
    user_text = "The model did not accept this request. Try a shorter or different message, or /reset."
    kind = "rejected"


class ModelNonsense(ModelBroken):
    user_text = "The model service answered in a way I cannot read. Please tell whoever runs me."
    kind = "nonsense"


class ModelDenied(ModelError):
    user_text = "I am not allowed to use the model: my key was refused. Please tell whoever runs me."
    kind = "denied"


class QuotaExhausted(ModelError):
    user_text = "My account with the model provider is used up. Please tell whoever runs me."
    kind = "quota"


class StreamCut(ModelError):
    """Text had come, then the stream broke."""

    user_text = "The connection to the model broke off here. Ask me to go on, or try again."
    kind = "cut"
