"""Numbers of Discord's protocol, by their documented names, and its clock."""

import time
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000

# intents (documents, "List of Intents")
GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_REACTIONS = 1 << 10
DIRECT_MESSAGES = 1 << 12
DIRECT_REACTIONS = 1 << 13
MESSAGE_CONTENT = 1 << 15

# permissions
ADD_REACTIONS = 1 << 6
ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
READ_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
MANAGE_GUILD = 1 << 5
USE_COMMANDS = 1 << 31
SEND_IN_THREADS = 1 << 38
EMBED_LINKS, ATTACH_FILES = 1 << 14, 1 << 15
EVERYBODY = ADD_REACTIONS | VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_HISTORY | USE_COMMANDS | SEND_IN_THREADS
EVERYTHING = (1 << 50) - 1

# message flags
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SILENT = 1 << 12
VOICE = 1 << 13
COMPONENTS_V2 = 1 << 15

# channel types
TEXT, DM, PUBLIC_THREAD = 0, 1, 11
THREADS = (10, 11, 12)

# message types
PLAIN, REPLY, SLASH = 0, 19, 20


class Snowflakes:
    """Ids that grow and tell their time, as Discord's do."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """The next id."""
        self._last = max(self._last + 1, (int(time.time() * 1000) - EPOCH_MS) << 22)
        return self._last


def time_of(snowflake: int) -> str:
    """The moment an id was made, as Discord writes times."""
    return iso(((snowflake >> 22) + EPOCH_MS) / 1000)


def iso(seconds: float) -> str:
    """Unix seconds as Discord writes times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
