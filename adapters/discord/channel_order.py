"""One thing at a time per channel, in the order in which the places were taken."""

import asyncio
from types import TracebackType

Row = dict[int, "asyncio.Future[None]"]


class Place:
    """A place in the row of one channel: `async with` it to wait for its turn, and make way at the end."""

    def __init__(self, row: Row, channel: int) -> None:
        self._row = row
        self._channel = channel
        self._before = row.get(channel)
        self._done = row[channel] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> None:
        if self._before is None:
            return
        try:
            await asyncio.shield(self._before)
        except BaseException:  # whoever stands behind still waits for those before
            self._before.add_done_callback(self._leave)
            raise

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._leave()

    def _leave(self, _: object = None) -> None:
        self._done.set_result(None)
        if self._row.get(self._channel) is self._done:
            del self._row[self._channel]


class ChannelOrder:
    """The rows of all channels. A place is taken at once, before anything else can run; who takes it must also enter it."""

    def __init__(self) -> None:
        self._row: Row = {}

    def place(self, channel: int) -> Place:
        """The last place in the row of `channel`."""
        return Place(self._row, channel)
