"""Where a process may die: every step of a message's way that leaves a trace, named once."""

from collections.abc import Awaitable, Callable

Checkpoint = Callable[[str], Awaitable[None]]
"""Called with the name of each step that has just left its trace: tests stop or kill the process exactly there."""

STEPS = (
    "joined",  # the message waits in its mailbox; no wake was sent yet
    "begun",  # the lane's lease is ours, the turn's messages are frozen in the journal, and it tells the nonce of its first post
    "announced",  # a post is about to be made
    "posted",  # the placeholder stands on the platform, and the journal does not know it
    "placed",  # now it does
    "opened",
    "screened",
    "briefed",
    "answered",  # the model has finished and its call is settled; nothing of the answer is filed
    "remembered",  # outcome and history are filed
    "settled",  # the last version stands on the platform
    "finished",  # mailbox, index and journal are clean
)
"""In the order in which a turn of one short answer passes them. A longer answer posts more, and a turn that was taken up may skip some."""


async def passed(step: str) -> None:
    """The checkpoint of production: nothing happens."""
