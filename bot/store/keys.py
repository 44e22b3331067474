"""Every key of ours, in one table. Nobody builds a key elsewhere.

| key | type | holds | lives |
|---|---|---|---|
| parley:{P}:seen:<conversation>:<event> | string | this event has joined | 3 days after it joined |
| parley:{P}:mailbox:<lane> | list | messages that wait, JSON | 30 days after the last join; empty: gone |
| parley:{P}:pending | zset | lanes with waiting messages, by server milliseconds of the first | permanent: one a partition |
| parley:{P}:lease:<lane> | hash | token and epoch of whoever works there | the lease, then as long again |
| parley:{P}:journal:<lane> | hash | how far the lane's turn has come | 30 days; renamed when the turn is settled |
| parley:{P}:turn:<conversation>:<turn> | hash | a settled turn, for its buttons | HISTORY_DAYS |
| parley:{P}:history:<conversation> | hash | finished turns by id, JSON | HISTORY_DAYS after the last turn |
| parley:{P}:order:<conversation> | zset | ids of those turns in order | as history |
| parley:{P}:generation:<conversation> | string | how often it was reset | HISTORY_DAYS after the last reset |
| parley:{P}:voices:<conversation> | set | who has spoken in a thread we take part in | HISTORY_DAYS after the last word |
| parley:{S}:persona | string | the server's persona, JSON | permanent: an admin set it |
| parley:{S}:incidents | list | flagged inputs, newest first, JSON | 90 days after the last one |
| parley:{S}:spend:<day> | hash | money and tokens of a day | 400 days |
| parley:{S}:holds | hash | money held by calls that run, by call id | 2 days after the last hold |
| parley:{S}:settled:<call> | string | this call was charged | 2 days |
| parley:stop | channel | turns that were asked to stop | not stored |

{P} is the partition of the conversation and {S} the server: the braces keep what one script touches in one slot of a Redis Cluster.
The work engine keeps its own keys under `parley-work:`.
"""

from dataclasses import dataclass
from urllib.parse import quote
from zlib import crc32

from bot.vocabulary.conversation import ConversationKey, ServerKey
from bot.vocabulary.lane import Lane

PARTITIONS = 64
"""How many pending indexes there are. A fact of the layout: changing it moves every conversation."""

SEEN_SECONDS = 3 * 86_400
MAILBOX_SECONDS = 30 * 86_400
JOURNAL_SECONDS = 30 * 86_400
INCIDENT_SECONDS = 90 * 86_400
SPEND_SECONDS = 400 * 86_400
HOLD_SECONDS = 2 * 86_400

STOP_CHANNEL = "parley:stop"


def partition(conversation: ConversationKey) -> int:
    """The partition a conversation lives in, 0 to `PARTITIONS` − 1."""
    return crc32(str(conversation).encode()) % PARTITIONS


def pending(number: int) -> str:
    """The index of lanes with waiting messages in partition `number`."""
    return f"parley:{{{number}}}:pending"


@dataclass(frozen=True, slots=True)
class ConversationKeys:
    """The keys of one conversation."""

    conversation: ConversationKey

    def _key(self, kind: str, *parts: str) -> str:
        return ":".join((f"parley:{{{partition(self.conversation)}}}:{kind}", *parts))

    @property
    def _name(self) -> str:
        key = self.conversation
        return ":".join(quote(part, safe="") for part in (key.platform, key.server, key.channel, key.thread))

    def seen(self, event: str) -> str:
        return self._key("seen", self._name, event)

    def turn(self, turn: str) -> str:
        return self._key("turn", self._name, turn)

    @property
    def pending(self) -> str:
        return pending(partition(self.conversation))

    @property
    def history(self) -> str:
        return self._key("history", self._name)

    @property
    def order(self) -> str:
        return self._key("order", self._name)

    @property
    def generation(self) -> str:
        return self._key("generation", self._name)

    @property
    def voices(self) -> str:
        return self._key("voices", self._name)


@dataclass(frozen=True, slots=True)
class LaneKeys:
    """The keys of one lane."""

    lane: Lane

    def _key(self, kind: str) -> str:
        return f"parley:{{{partition(self.lane.conversation)}}}:{kind}:{self.lane}"

    @property
    def mailbox(self) -> str:
        return self._key("mailbox")

    @property
    def lease(self) -> str:
        return self._key("lease")

    @property
    def journal(self) -> str:
        return self._key("journal")


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """The keys of one server."""

    server: ServerKey

    def _key(self, kind: str, *parts: str) -> str:
        return ":".join((f"parley:{{{quote(self.server.platform, safe='')}:{quote(self.server.id, safe='')}}}:{kind}", *parts))

    @property
    def persona(self) -> str:
        return self._key("persona")

    @property
    def incidents(self) -> str:
        return self._key("incidents")

    def spend(self, day: str) -> str:
        return self._key("spend", day)

    @property
    def holds(self) -> str:
        return self._key("holds")

    def settled(self, call: str) -> str:
        return self._key("settled", call)
