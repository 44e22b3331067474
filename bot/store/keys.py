"""Every key of ours, in one table. Nobody builds a key elsewhere.

| key | type | holds | lives |
|---|---|---|---|
| parley:{P}:seen:<conversation>:<event> | string | its author, and the turn if another message began it | 3 days after it joined |
| parley:{P}:mailbox:<lane> | list | messages that wait, JSON | 30 days after the last join; empty: gone |
| parley:{P}:pending | zset | lanes with waiting messages, by server milliseconds of the first | permanent: one a partition |
| parley:{P}:lease:<lane> | hash | token and epoch of whoever works there | an hour beyond the lease; free: a minute |
| parley:{P}:journal:<lane> | hash | how far the lane's turn has come | 30 days; gone when the turn is settled |
| parley:{P}:signs:<lane> | hash | ids of waiting messages that show it | 30 days; each id until it is answered |
| parley:{P}:turn:<conversation>:<turn> | hash | a settled turn, for its buttons: its question, parts, persona, model | HISTORY_DAYS |
| parley:{P}:history:<conversation> | hash | finished turns by id, JSON | HISTORY_DAYS after the last turn |
| parley:{P}:order:<conversation> | zset | ids of those turns in order | as history |
| parley:{P}:generation:<conversation> | string | how often it was reset | HISTORY_DAYS after the last reset |
| parley:{P}:voices:<conversation> | set | who has spoken in a thread we take part in | HISTORY_DAYS after the last word |
| parley:{S}:persona | string | the server's persona, JSON | permanent: an admin set it |
| parley:{S}:manners | hash | how Parley behaves there: one field a setting, JSON | permanent: an admin set it |
| parley:{S}:buried | hash | turns that were given up and can be tried again, by id, JSON | 30 days after the last one |
| parley:{S}:burials | zset | turns that were given up, by server milliseconds | as buried |
| parley:{S}:incidents | list | flagged inputs, newest first, JSON | 90 days after the last one |
| parley:{S}:ratings | hash | thumbs and reasons, by turn and person, JSON | 180 days after the last one |
| parley:{S}:rated | zset | those ratings, by Unix seconds | as ratings |
| parley:{S}:spend:<day> | hash | money and tokens of a day | 400 days |
| parley:{S}:holds | hash | money held by calls that run, by call id | 2 days after the last hold |
| parley:{S}:settled:<call> | string | this call was charged | 2 days |
| parley:{A}:heard | hash | up to when each connection of an account has heard everything, Unix seconds | 30 days after the last stamp |
| parley:{A}:directs | zset | its newest 1,000 direct channels, by Unix seconds of the last note | 30 days after the last one |
| parley:graveyards | zset | servers where turns were given up, JSON, by server milliseconds of the last | 30 days after the last one |
| parley:errands:<platform> | list | orders that wait for a process which carries them out, by id | a minute after the last one |
| parley:errand:<id> | string | such an order, JSON | until it is taken up, or as long as somebody waits for it |
| parley:reply:<id> | list | its reply, JSON | until it is read, a minute at most |
| parley:leftovers:<platform> | zset | messages of ours to delete, JSON, by server milliseconds of the next try | a day after the last |
| parley:pace:<bucket> | hash | which turns of an outbound budget are lent | seconds: until it is full again, and 10 s more |
| parley:stop | channel | turns that were asked to stop | not stored |

{P} is the partition of the conversation, {S} the server and {A} our account on a platform: the braces keep what one script touches in
one slot of a Redis Cluster. The work engine keeps its own keys under `parley-work-<platform>:`; of them `stream`, `workers`,
`task-workers:*` and, for each wake until it comes, its `runs:*`, its line in `queue` and its hash live for ever.
"""

from dataclasses import dataclass
from urllib.parse import quote
from zlib import crc32

from bot.vocabulary.conversation import ConversationKey, ServerKey
from bot.vocabulary.door import Source
from bot.vocabulary.lane import Lane

PARTITIONS = 64
"""How many pending indexes there are. A fact of the layout: changing it moves every conversation."""

MAILBOX_SECONDS = JOURNAL_SECONDS = BURIED_SECONDS = HEARD_SECONDS = DIRECT_SECONDS = 30 * 86_400
LEASE_SECONDS = 3600
"""A lease's key outlives it by so much: a holder whom an outage kept from renewing goes on if nobody has taken the lane."""
FREE_LEASE_SECONDS = 60
"""A free lease's key keeps the epoch until the server's clock has certainly moved on."""
INCIDENT_SECONDS = 90 * 86_400
RATING_SECONDS = 180 * 86_400  # long enough to compare models; reasons are people's own words and do not stay for ever
SEEN_SECONDS, SPEND_SECONDS, HOLD_SECONDS = 3 * 86_400, 400 * 86_400, 2 * 86_400
ERRANDS_SECONDS, LEFTOVERS_SECONDS = 60, 86_400

STOP_CHANNEL = "parley:stop"
GRAVEYARDS = "parley:graveyards"
PREFIX = "parley:"
"""Every key of ours begins with it; the work engine's do not."""

PERMANENT = {
    "pending": "one a partition; a lane leaves it when nothing waits there",
    "persona": "an admin set it",
    "manners": "an admin set it",
}
"""Kinds of keys that live for ever, each with its reason; every other key of ours has an end."""


def kind(key: str) -> str:
    """What a key of ours holds: the word of the table that follows the braces, or the prefix."""
    rest = key.removeprefix(PREFIX)
    return (rest.partition("}:")[2] if rest.startswith("{") else rest).partition(":")[0]


def partition(conversation: ConversationKey) -> int:
    """The partition a conversation lives in, 0 to `PARTITIONS` − 1."""
    return crc32(str(conversation).encode()) % PARTITIONS


def pending(number: int) -> str:
    """The index of lanes with waiting messages in partition `number`."""
    return f"parley:{{{number}}}:pending"


def pace(bucket: str) -> str:
    """What is lent of an outbound budget."""
    return f"parley:pace:{quote(bucket, safe='')}"


def leftovers(platform: str) -> str:
    """Messages of ours on a platform that are to be deleted."""
    return f"parley:leftovers:{quote(platform, safe='')}"


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

    @property
    def signs(self) -> str:
        return self._key("signs")


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
    def manners(self) -> str:
        return self._key("manners")

    @property
    def buried(self) -> str:
        return self._key("buried")

    @property
    def burials(self) -> str:
        return self._key("burials")

    @property
    def incidents(self) -> str:
        return self._key("incidents")

    @property
    def ratings(self) -> str:
        return self._key("ratings")

    @property
    def rated(self) -> str:
        return self._key("rated")

    def spend(self, day: str) -> str:
        return self._key("spend", day)

    @property
    def holds(self) -> str:
        return self._key("holds")

    def settled(self, call: str) -> str:
        return self._key("settled", call)


@dataclass(frozen=True, slots=True)
class ErrandKeys:
    """The keys of an order that another process carries out. `id` is random: it names this one asking."""

    id: str

    @property
    def errand(self) -> str:
        return f"parley:errand:{self.id}"

    @property
    def reply(self) -> str:
        return f"parley:reply:{self.id}"

    @staticmethod
    def waiting(platform: str) -> str:
        return f"parley:errands:{quote(platform, safe='')}"


@dataclass(frozen=True, slots=True)
class SourceKeys:
    """The keys of one account of ours on a platform."""

    source: Source

    def _key(self, kind: str) -> str:
        return f"parley:{{{quote(self.source.platform, safe='')}:{quote(self.source.account, safe='')}}}:{kind}"

    @property
    def heard(self) -> str:
        return self._key("heard")

    @property
    def directs(self) -> str:
        return self._key("directs")
