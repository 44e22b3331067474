"""The messages of one reply that stand, and single attempts to change them. Who attempts when is `LiveMessage`'s affair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.rendering.outlet import Outlet
from bot.errors import LeaseLost, PlatformRefused
from bot.vocabulary.controls import Button
from bot.vocabulary.reply import Placeholder, ReplyLog


@dataclass(frozen=True, slots=True)
class Page:
    """What one message shows. `closed`: the platform knows that it will not grow any more; only where an outlet `closes`."""

    text: str
    buttons: tuple[Button, ...] = ()
    closed: bool = False


def dressed(texts: Sequence[str], buttons: Sequence[Button], *, closes: bool, over: bool) -> list[Page]:
    """Pages with `buttons` under the last. Those before it will not grow any more, and the last will not either when all is `over`."""
    before = [Page(text, closed=closes) for text in texts[:-1]]
    return before + [Page(text, tuple(buttons), closed=closes and over) for text in texts[-1:]]


@dataclass(slots=True)
class _Message:
    placeholder: Placeholder
    shown: Page | None
    """What stands there; None when we cannot be sure."""


class Board:
    """Each coroutine makes at most one call that changes something on the platform; the caller paces, repeats and never overlaps them.

    All raise `PlatformUnavailable`, `PlatformRefused`, `StoreUnavailable` (the journal did not answer) and `LeaseLost`.
    """

    def __init__(self, outlet: Outlet, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str) -> None:
        self._outlet = outlet
        self._log = log
        self._messages = [_Message(placeholder, None) for placeholder in resume]
        self._nonce = pending
        self._gone: list[Placeholder] = []
        """Messages that were given up: for others, or because fewer are needed."""
        self._left = 0
        """How many of them the journal was asked to have deleted."""
        self._strays: list[str] = []
        self._told = True
        self.doubtful = bool(pending)
        """Whether a post was made whose fate is unknown: the next `write` or `look_up` finds out, before anything is posted."""
        self.renewed = False
        """Whether a message that could not be written was given up: that happens once."""
        self.stopped = False
        """Set once we may no longer write: nothing is sent any more."""

    @property
    def standing(self) -> int:
        """How many messages stand."""
        return len(self._messages)

    @property
    def last(self) -> Placeholder | None:
        """The last message that stands."""
        return self._messages[-1].placeholder if self._messages else None

    @property
    def lost(self) -> bool:
        """Whether a post has to be looked up whose page is needed no more."""
        return bool(self._strays or self.doubtful)

    @property
    def touched(self) -> bool:
        """Whether we know what the first message shows: false for what a process before us left and we have not written yet."""
        return bool(self._messages) and self._messages[0].shown is not None

    def behind(self, pages: Sequence[Page]) -> int | None:
        """The first page that does not stand as wanted, or None."""
        for number, page in enumerate(pages):
            if number >= len(self._messages) or self._messages[number].shown != page:
                return number
        return None

    def outdated(self, number: int, page: Page) -> bool:
        """Whether message `number` surely shows another text than `page`; buttons do not count."""
        shown = self._messages[number].shown
        return shown is not None and shown.text != page.text

    def untidy(self, pages: int) -> bool:
        """Whether more stands, or may stand, than `pages` messages, or the journal does not know yet what stands."""
        return self.lost or len(self._messages) > pages or len(self._gone) > self._left or not self._told

    async def write(self, number: int, page: Page) -> bool:
        """Bring `page` to message `number`. False when instead a post in doubt was looked up: the caller sees what is behind then."""
        await self._tell()
        if number < len(self._messages):
            await self._edit(self._messages[number], page)
        elif self.doubtful:
            await self.look_up()
            return False
        else:
            await self._post(page)
        return True

    async def look_up(self) -> None:
        """Find out whether the post in doubt arrived, and take it up if so."""
        found = await self._found(self._nonce)
        self.doubtful = False  # not found: posted again under the same nonce, so that a late arrival is no second message
        if found is not None:
            await self._stands(found, None)

    async def kept(self) -> list[str]:
        """What every message shows, read where a process before us wrote it."""
        texts = []
        for message in self._messages:
            text = message.shown.text if message.shown is not None else await self._outlet.read(message.placeholder)
            if message is not self._messages[-1]:  # what buttons the last one has cannot be read; the others have none
                message.shown = message.shown or Page(text)
            texts.append(text)
        return texts

    async def tidy(self, pages: int) -> None:
        """One step towards `pages` messages and no more. Others delete what is given up: by now the last version stands."""
        await self._tell()
        if self.doubtful:
            self._stray()
        if self._strays:
            found = await self._found(self._strays[0])
            self._strays.pop(0)
            self._gone += [found] if found is not None else []
        self._give_up(pages)
        if len(self._gone) > self._left:
            await self._log.leave(self._gone[self._left :])
            self._left = len(self._gone)

    def forsake(self, page: int) -> None:
        """Give up message `page` and all after it: they are posted anew, to keep their order, and stand until then."""
        if self._nonce:
            self._stray()
        self._give_up(page)

    def renew(self, page: int) -> None:
        """Somebody deleted message `page`, or it cannot be written: once, it is posted anew."""
        self.renewed = True
        self.forsake(page)

    def stop(self) -> None:
        """Send nothing any more."""
        self.stopped = True

    async def _edit(self, message: _Message, page: Page) -> None:
        self._may_send()
        message.shown = None  # until it returns nobody can tell
        await self._outlet.edit(message.placeholder, page.text, buttons=page.buttons, closed=page.closed)
        message.shown = page

    async def _post(self, page: Page) -> None:
        self._nonce = self._nonce or await self._log.opening(len(self._messages))
        self._may_send()
        self.doubtful = True
        try:
            placeholder = await self._outlet.post(page.text, nonce=self._nonce, after=self.last, buttons=page.buttons)
        except PlatformRefused:
            self.doubtful, self._nonce = False, ""
            raise
        self.doubtful = False
        if self._known(placeholder):
            self._nonce = ""
            raise PlatformRefused("the platform took a new post for one of this reply's own that is gone")
        await self._stands(placeholder, replace(page, closed=False))  # closing it takes an edit of its own

    async def _stands(self, placeholder: Placeholder, shown: Page | None) -> None:
        self._messages.append(_Message(placeholder, shown))
        self._nonce = ""
        self._told = False
        await self._tell()

    async def _tell(self) -> None:
        if not self._told:
            last = len(self._messages) - 1
            await self._log.placed(last, self._messages[last].placeholder)
            self._told = True

    async def _found(self, nonce: str) -> Placeholder | None:
        try:
            found = await self._outlet.find(nonce)
        except PlatformRefused:  # without the right to look, a message twice is better than none
            return None
        # An outlet that cannot see nonces may answer with another message of this reply.
        return None if found is None or self._known(found) else found

    def _give_up(self, pages: int) -> None:
        self._gone += [message.placeholder for message in self._messages[pages:]]
        del self._messages[pages:]

    def _known(self, placeholder: Placeholder) -> bool:
        return placeholder in (*self._gone, *(message.placeholder for message in self._messages))

    def _stray(self) -> None:
        self._strays += [self._nonce] if self.doubtful else []
        self.doubtful, self._nonce = False, ""

    def _may_send(self) -> None:
        if self.stopped:
            raise LeaseLost("this reply was given up")
        try:
            self._log.check()
        except LeaseLost:
            self.stopped = True
            raise
