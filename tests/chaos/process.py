"""One process of Parley in a chaos run: the composition that `parley run` and `parley worker` have, on a Discord in a hurry."""

import asyncio
import inspect
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

import uvloop

from adapters import launch
from bot.settings import load_settings
from bot.vocabulary.clock import Clock
from tests.scenarios.discord_house import SPEED
from tests.scenarios.house import QuickClock

RECEIVER, WORKER = "receiver", "worker"


def live(role: str, environment: Mapping[str, str], log: Path) -> None:
    """Be that process until told to end, then return; what it says goes to `log`."""
    _listen_to_nobody(log)
    os.environ.update(environment)
    vars(launch)["SystemClock"] = _quick  # the platforms' pace only: leases run on the real clock
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(role))
    except BaseException:  # noqa: BLE001  # process boundary: a fork must never return into its nursery
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


async def _serve(role: str) -> None:
    settings = load_settings()
    only = {"receive_only": True} if "receive_only" in inspect.signature(launch.serve).parameters else {}
    if role == RECEIVER:
        await launch.serve(settings, receive=("discord",), **only)
    else:
        await launch.serve(settings, receive=())


def _quick() -> Clock:
    return QuickClock(SPEED)


def _listen_to_nobody(log: Path) -> None:
    nothing, said = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(nothing, 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
