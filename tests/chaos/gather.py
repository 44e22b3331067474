"""Reads what is left of a run: from the Discord people see, from the model's books, and from the store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.clock import SystemClock
from bot.feedback.ratings import Rating, Ratings
from bot.memory.exchange import Exchange
from bot.memory.history import Memory
from bot.store.connection import Store
from bot.store.keys import ConversationKeys
from bot.turns.records import Records
from bot.turns.redo import OFFERED
from bot.vocabulary.conversation import ConversationKey, ServerKey
from tests.chaos.hands import Change, Diary, Touch
from tests.chaos.record import Changed, Filed, Kept, Money, Pressed, Question, Record, Shown
from tests.chaos.speaking import Call
from tests.chaos.world import Asked, World, buttons_of, words_to
from tests.fakes.discord import Channel, Message
from tests.kills.afterwards import RESTING

KEEPSAKES = RESTING | {"voices", "ratings", "rated"}
"""Kinds of keys that may stand when nobody waits: those of the kills, who has spoken in a thread, and thumbs."""

HEARD_SECONDS, DONE_SECONDS = 3.5, 6.0
"""Whoever is killed so soon after a press may not have acknowledged it; so soon after anything, may not have carried it out."""


async def gather(world: World, store: Store, calls: Sequence[Call], diary: Diary, *, complaints: Iterable[str] = ()) -> Record:
    """Everything, as it stands now."""
    asked = list(world.asked.values())
    channels = list({each.message.channel.id: each.message.channel for each in asked}.values())
    kinds = await kinds_of_keys(store)
    return Record(
        asked=tuple(map(_question, asked)),
        shown=tuple(shown for channel in channels for shown in _shown(world, channel)),
        calls=tuple(calls),
        filed=tuple([filed for channel in channels for filed in await _filed(world, store, channel)]),
        money=await _money(store),
        kept=tuple([kept for where in _conversations(asked) for kept in await _kept(store, where)]),
        pressed=tuple(_pressed(world, touch) for touch in diary.touches),
        changed=tuple(_changed(world, change) for change in diary.changes),
        rated={rating.turn: rating.good for server in _servers(asked) for rating in await _ratings(store, server)},
        leftovers=tuple(await leftovers(store)),
        complaints=tuple(complaints),
        turns=kinds.count("turn"),
    )


async def leftovers(store: Store) -> list[str]:
    """Keys of kinds that must not rest, and leases that somebody holds."""
    found = [key async for key in store._client.scan_iter(match="parley:{*}:*", count=1000)]
    stray = [key for key in found if _kind(key) not in KEEPSAKES]
    for key in found:
        if _kind(key) == "lease" and "token" in await store.hash_all(key):
            stray.append(f"{key}, still held")
    return stray


async def kinds_of_keys(store: Store) -> list[str]:
    """Of every key of ours: what follows the braces."""
    return [_kind(key) async for key in store._client.scan_iter(match="parley:{*}:*", count=1000)]


def conversation_of(channel: Channel, author: int) -> ConversationKey:
    """As the Discord adapter names it."""
    if channel.recipient is not None:
        return ConversationKey("discord", f"dm-{author}", str(channel.id))
    assert channel.guild is not None
    if channel.parent is not None:
        return ConversationKey("discord", str(channel.guild.id), str(channel.parent.id), str(channel.id))
    return ConversationKey("discord", str(channel.guild.id), str(channel.id))


def _question(asked: Asked) -> Question:
    message, channel = asked.message, asked.message.channel
    server = conversation_of(channel, message.author.id).server
    exclusive = channel.recipient is not None or channel.is_thread
    waited = asked.answered_at - asked.at if asked.answered.is_set() else 0.0
    return Question(asked.name, str(message.id), str(channel.id), server, exclusive=exclusive, waited=waited)


def _shown(world: World, channel: Channel) -> list[Shown]:
    ours = [message for message in world.messages(channel) if message.author is world.bot]
    return [_message(each) for each in ours]


def _message(message: Message) -> Shown:
    replies_to = str(message.reply_to.id) if message.reply_to else ""
    return Shown(str(message.id), str(message.channel.id), message.content, replies_to, tuple(map(str, buttons_of(message.components))))


async def _filed(world: World, store: Store, channel: Channel) -> list[Filed]:
    author = channel.recipient.id if channel.recipient is not None else 0
    memory = Memory(store, seconds=600, messages=100_000, tokens=100_000_000)
    recent = await memory.recent(conversation_of(channel, author))
    return [_exchange(exchange, str(channel.id)) for exchange in recent]


def _exchange(exchange: Exchange, channel: str) -> Filed:
    versions = tuple(exchange.showing(number).answer for number in range(1, exchange.count + 1))
    messages = tuple(line.id for line in exchange.lines)
    return Filed(channel, messages, exchange.answer, exchange.turn, versions, exchange.shown, exchange.complete)


async def _kept(store: Store, conversation: ConversationKey) -> list[Kept]:
    keys = [key async for key in store._client.scan_iter(match=ConversationKeys(conversation).turn("*"), count=1000)]
    found = [await Records(store).read(conversation, key.rpartition(":")[2]) for key in keys]
    return [
        Kept(each.turn, tuple(said.id for said in each.question), tuple(part.data["message"] for part in each.parts), each.asker)
        for each in found
        if each
    ]


async def _ratings(store: Store, server: ServerKey) -> Sequence[Rating]:
    return await Ratings(store, clock=SystemClock()).recent(server, 10_000)


def _conversations(asked: Iterable[Asked]) -> list[ConversationKey]:
    return list(dict.fromkeys(conversation_of(each.message.channel, each.message.author.id) for each in asked))


def _servers(asked: Iterable[Asked]) -> list[ServerKey]:
    return list(dict.fromkeys(conversation.server_key for conversation in _conversations(asked)))


def _pressed(world: World, touch: Touch) -> Pressed:
    interaction, button = touch.interaction, touch.button
    return Pressed(
        touch.question,
        button.kind,
        button.value,
        button.turn,
        touch.at,
        delay=interaction.delay if interaction.answered else None,
        words=words_to(interaction),
        deaf=not touch.heard or _died(world, touch.at, HEARD_SECONDS),
        unsure=_died(world, touch.at, DONE_SECONDS),
        alone=touch.alone,
        over=touch.done,
        wording=touch.wording,
    )


def _changed(world: World, change: Change) -> Changed:
    asked, sure = change.asked, change.heard and not _died(world, change.at, DONE_SECONDS)
    versions = [
        version for message in world.every_message(asked.message.channel) if message.author is world.bot for version in message.history
    ]
    offered = any(version.at >= change.at and OFFERED in version.content for version in versions)
    return Changed(asked.name, change.at, change.wording, sure=sure, offered=offered)


def _died(world: World, at: float, seconds: float) -> bool:
    return any(at - 0.5 <= death <= at + seconds for death in world.deaths)


async def _money(store: Store) -> Mapping[str, Money]:
    """By server."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key in [key async for key in store._client.scan_iter(match="parley:{*}:spend:*", count=1000)]:
        for field, value in (await store.hash_all(key)).items():
            counts[_server(key)][field.partition(" ")[0]] += int(value)
    for key in [key async for key in store._client.scan_iter(match="parley:{*}:holds", count=1000)]:
        for hold in (await store.hash_all(key)).values():
            counts[_server(key)] += Counter(held=1, set_aside=int(hold.split()[0].lstrip("-")))
    return {
        server: Money(count["spent"], count["estimated"], count["calls"], count["held"], count["set_aside"])
        for server, count in counts.items()
    }


def _server(key: str) -> str:
    return key.partition("{discord:")[2].partition("}")[0]


def _kind(key: str) -> str:
    return key.partition("}:")[2].partition(":")[0]
