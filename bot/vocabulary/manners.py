"""How Parley behaves on a server, as far as its admins may choose."""

from enum import Enum


class Busy(Enum):
    """What becomes of a new message of an author whose last one is being answered.

    `QUEUE`: it waits, and is answered next. `STEER`: the running answer stops where it is, and the next turn sees what was said.
    """

    QUEUE = "queue"
    STEER = "steer"
