"""Seeing things through: what must not be left half done by a cancellation."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def to_its_end(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, which runs to its end however often we are cancelled meanwhile; then the cancellation goes on.

    Only for what ends by itself within a bounded time.
    """
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        if not task.cancelled():
            task.exception()  # heard: the cancellation outranks it
        raise asyncio.CancelledError
    return task.result()
