"""A chat room in memory: the `Outlet` port as a real implementation, with a platform's faults and delays, remembering all it showed."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from adapters.rendering.outlet import File, Kind
from adapters.rendering.split import Render, identity
from adapters.rendering.written import PlainText, WrittenText
from bot.errors import LeaseLost, PlatformError, PlatformRefused, StoreUnavailable
from bot.vocabulary.controls import Button
from bot.vocabulary.pace import Budget
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder
from tests.fakes.clock import VirtualClock


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one call: seconds until it takes effect, seconds until it returns after that, and how it ends."""

    before: float = 0.0
    after: float = 0.0
    error: PlatformError | None = None
    lost: bool = False
    """With an error: whether the call had no effect."""


SMOOTH = Trouble()


@dataclass(slots=True)
class Message:
    """One message in the room. `versions`: what people saw, and when (seconds since the clock began); beside them the `buttons` of each."""

    number: int
    reply: str
    nonce: str
    after: int | None
    versions: list[tuple[float, str]] = field(default_factory=list)
    deleted: bool = False
    buttons: list[tuple[Button, ...]] = field(default_factory=list)
    closed: bool = False
    platform: str = "room"

    @property
    def text(self) -> str:
        return self.versions[-1][1]

    @property
    def placeholder(self) -> Placeholder:
        return Placeholder(self.platform, {"message": str(self.number)})


class Room:
    """What everybody sees. `upcoming` holds troubles for the next calls, by the kind of call; without one a call takes no time."""

    def __init__(self, clock: VirtualClock, *, limit: int = 2000, platform: str = "room") -> None:
        self.clock = clock
        self.platform = platform
        self.limit = limit
        self.messages: list[Message] = []
        self.sends: list[tuple[float, str, str, str]] = []
        """Every send as it began: time, reply, kind, text."""
        self.upcoming: dict[str, deque[Trouble]] = {kind: deque() for kind in ("post", "edit", "find", "read", "delete", "attach")}
        self.files: list[tuple[str, Sequence[File]]] = []
        """What was given as files: reply, files of one message."""
        self.violations: list[str] = []
        self.one_per_nonce = False
        """Whether a post under a nonce that was used gives the old message back, gone or not."""

    def next(self, kind: str, *troubles: Trouble) -> None:
        """Script the next calls of `kind`."""
        self.upcoming[kind].extend(troubles)

    def reply(self, name: str) -> list[Message]:
        """The messages of one reply that stand, oldest first."""
        return [message for message in self.messages if message.reply == name and not message.deleted]

    def texts(self, name: str = "reply") -> list[str]:
        """What stands now."""
        return [message.text for message in self.reply(name)]

    def seen(self, number: int = 0) -> list[str]:
        """Every text that message `number` ever showed, in order."""
        return [text for _, text in self.messages[number].versions]

    def buttons(self, name: str = "reply") -> list[tuple[Button, ...]]:
        """What stands under each message of a reply now."""
        return [message.buttons[-1] for message in self.reply(name)]

    def times(self, kind: str, name: str = "reply") -> list[float]:
        """When sends of `kind` began."""
        return [at for at, reply, sort, _ in self.sends if sort == kind and reply == name]

    async def remove(self, placeholder: Placeholder) -> None:
        """As a platform deletes a message of ours, with the troubles of "delete"."""
        message = self.messages[int(placeholder.data["message"])]
        trouble = self.upcoming["delete"].popleft() if self.upcoming["delete"] else SMOOTH
        self.sends.append((self.clock.elapsed, message.reply, "delete", ""))
        await self.clock.sleep(trouble.before)
        message.deleted = message.deleted or not trouble.lost
        await self.clock.sleep(trouble.after)
        if trouble.error is not None:
            raise trouble.error

    def stand(
        self, text: str, *, nonce: str = "", name: str = "reply", after: int | None = None, buttons: Sequence[Button] = ()
    ) -> Message:
        """Let a message stand, as a post does."""
        shown = [(self.clock.elapsed, text)]
        message = Message(len(self.messages), name, nonce, after, shown, buttons=[tuple(buttons)], platform=self.platform)
        self.messages.append(message)
        return message


class RoomOutlet:
    """`Outlet` into a `Room`: an edit `every` so many seconds, and `reserve` more in five times that.

    Takes note of sends that overlap, and of texts no platform would take, in `room.violations`.
    """

    def __init__(
        self, room: Room, *, name: str = "reply", bucket: str = "room", every: float = 1.0, reserve: int = 0, render: Render = identity
    ) -> None:
        self.room = room
        self.limits = Limits(text=room.limit)
        self._budget = Budget(bucket, interval=every, reserve=reserve, refill=5 * every)
        self._name = name
        self._busy = False
        self.closes = False
        self.late_seconds = math.inf
        self.writer: Callable[[], WrittenText] = lambda: PlainText(limit=room.limit, render=render)
        self.post_every = 0.0

    def budgets(self, kind: Kind) -> Sequence[Budget]:
        """Posts as many as one likes, or one in `post_every` seconds; edits in a bucket of their own."""
        if kind == "post":
            return (Budget(f"{self._budget.bucket}/post", interval=self.post_every),) if self.post_every else ()
        return (replace(self._budget, bucket=f"{self._budget.bucket}/{kind}"),)

    def written(self) -> WrittenText:
        return self.writer()

    def note(self, text: str) -> str:
        return f"_{text}_"

    async def post(self, text: str, *, nonce: str, after: Placeholder | None, buttons: Sequence[Button] = ()) -> Placeholder:
        made: list[Message] = []
        back = None if after is None else int(after.data["message"])

        def effect() -> None:
            used = [message for message in self.room.messages if message.nonce == nonce]
            if used and self.room.one_per_nonce:
                made.extend(used)
                return
            made.append(self.room.stand(text, nonce=nonce, name=self._name, after=back, buttons=buttons))

        self._judge(text)
        await self._call("post", text, effect)
        return made[0].placeholder

    async def edit(self, placeholder: Placeholder, text: str, *, buttons: Sequence[Button] = (), closed: bool = False) -> None:
        message = self._message(placeholder)

        def effect() -> None:
            if message.deleted:
                raise PlatformRefused("no such message")
            message.versions.append((self.room.clock.elapsed, text))
            message.buttons.append(tuple(buttons))
            message.closed = closed

        self._judge(text)
        if not message.deleted and (message.text, message.buttons[-1], message.closed) == (text, tuple(buttons), closed) and text != "…":
            self.room.sends.append((self.room.clock.elapsed, self._name, "unchanged", text))
        await self._call("edit", text, effect)

    async def find(self, nonce: str) -> Placeholder | None:
        await self._take(self.room.upcoming["find"].popleft() if self.room.upcoming["find"] else SMOOTH)
        found = [message for message in self.room.messages if message.nonce == nonce and not message.deleted]
        return found[-1].placeholder if found else None

    async def read(self, placeholder: Placeholder) -> str:
        await self._take(self.room.upcoming["read"].popleft() if self.room.upcoming["read"] else SMOOTH)
        if self._message(placeholder).deleted:
            raise PlatformRefused("no such message")
        return self._message(placeholder).text

    async def attach(self, files: Sequence[File], *, after: Placeholder) -> None:
        await self._call("attach", " ".join(file.name for file in files), lambda: self.room.files.append((self._name, tuple(files))))

    def _message(self, placeholder: Placeholder) -> Message:
        return self.room.messages[int(placeholder.data["message"])]

    def _judge(self, text: str) -> None:
        if not text.strip() or len(text) > self.limits.text:
            self.room.violations.append(f"text of {len(text)} characters: {text[:20]!r}")

    async def _call(self, kind: str, text: str, effect: Callable[[], None]) -> None:
        room = self.room
        if self._busy:
            room.violations.append(f"{kind} overlaps another send of {self._name}")
        self._busy = True
        room.sends.append((room.clock.elapsed, self._name, kind, text))
        trouble = room.upcoming[kind].popleft() if room.upcoming[kind] else SMOOTH
        try:
            await room.clock.sleep(trouble.before)
            if not trouble.lost:
                effect()
            await self._take(Trouble(after=trouble.after, error=trouble.error))
        except BaseException as error:
            if not isinstance(error, PlatformError):
                room.violations.append(f"{kind} was cut short by {error!r}")
            raise
        finally:
            self._busy = False

    async def _take(self, trouble: Trouble) -> None:
        await self.room.clock.sleep(trouble.before + trouble.after)
        if trouble.error is not None:
            raise trouble.error


class Log:
    """`ReplyLog` in memory. `away`: how many of the next calls the store does not answer; `slow`: until when it does not."""

    def __init__(self, parts: Sequence[Placeholder] = ()) -> None:
        self.parts = list(parts)
        self.opened: list[tuple[int, str]] = []
        self.lost = False
        self.doubtful = False
        self.away = 0
        self.slow: asyncio.Event | None = None
        self.fresh = True
        """Whether each announcement has a nonce of its own."""
        self.done: set[str] = set()
        self.left: list[Placeholder] = []
        """Messages that others are to delete."""

    async def opening(self, part: int) -> str:
        self._answer()
        assert part <= len(self.parts), f"part {part} of {len(self.parts)}"
        if self.slow is not None:
            await self.slow.wait()
        nonce = f"nonce-{part}-{len(self.opened)}" if self.fresh else f"nonce-{part}"
        self.opened.append((part, nonce))
        return nonce

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        self._answer()
        assert part <= len(self.parts), f"part {part} of {len(self.parts)}"
        self.left += self.parts[part:]
        self.parts[part:] = [placeholder]

    async def leave(self, given_up: Sequence[Placeholder]) -> None:
        self._answer()
        self.left += [placeholder for placeholder in given_up if placeholder not in self.left]
        self.parts[:] = [placeholder for placeholder in self.parts if placeholder not in given_up]

    async def first(self, name: str) -> bool:
        self._answer()
        first = name not in self.done
        self.done.add(name)
        return first

    def check(self) -> None:
        if self.lost:
            raise LeaseLost
        if self.doubtful:
            raise StoreUnavailable

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable
        if self.lost:
            raise LeaseLost
