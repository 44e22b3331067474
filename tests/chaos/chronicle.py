"""What people saw and did in a run, in order: for whoever looks for the cause of a violation."""

from collections.abc import Iterator, Sequence

from tests.chaos.hands import Diary
from tests.chaos.speaking import Call
from tests.chaos.words import serials_in
from tests.chaos.world import World, buttons_of, words_to
from tests.fakes.discord import Channel, Message
from tests.fakes.discord.messages import Version


def chronicle(world: World, calls: Sequence[Call], diary: Diary) -> str:
    """One line an event, oldest first; seconds since the first of them."""
    deaths = ((at, "the receiver dies, or its connection breaks") for at in world.deaths)
    told = sorted([*_asked(world), *_called(calls), *_did(diary), *_stood(world), *deaths])
    return "\n".join(f"{at - told[0][0]:8.3f}  {what}" for at, what in told) + "\n"


def _asked(world: World) -> Iterator[tuple[float, str]]:
    for asked in world.asked.values():
        yield asked.at, f"{asked.name} is asked in message {asked.message.id} of channel {asked.message.channel.id}"


def _called(calls: Sequence[Call]) -> Iterator[tuple[float, str]]:
    for call in calls:
        how = "refused" if call.refused else "complete" if call.complete else "cut"
        yield call.at, f"{' and '.join(call.questions)}: call {call.serial} continues {call.continues}, wording {call.wording}, {how}"


def _did(diary: Diary) -> Iterator[tuple[float, str]]:
    for touch in diary.touches:
        button, pressed = touch.button, touch.interaction
        heard = f"acknowledged after {pressed.delay:.3f} s" if pressed.answered else "not acknowledged"
        what = f"{button.kind.value} {button.value} of turn {button.turn} is pressed ({pressed.id}), {heard}: {words_to(pressed)!r}"
        yield touch.at, f"{touch.question}: {what}"
    for change in diary.changes:
        yield change.at, f"{change.asked.name} is {'edited' if change.wording else 'deleted'} ({change.wording})"


def _stood(world: World) -> Iterator[tuple[float, str]]:
    channels = {asked.message.channel.id: asked.message.channel for asked in world.asked.values()}
    for channel in channels.values():
        for message in _ours(world, channel):
            name = f"message {message.id}{_whose(world, message)}"
            yield from ((version.at, f"{name}: {_look(version, message)}") for version in message.history)


def _ours(world: World, channel: Channel) -> list[Message]:
    return [message for message in world.every_message(channel) if message.author is world.bot]


def _whose(world: World, message: Message) -> str:
    """The question that it replies to."""
    names = [asked.name for asked in world.asked.values() if asked.message is message.reply_to]
    return f" to {names[0]}" if names else ""


def _look(version: Version, message: Message) -> str:
    text, last = version.content, version.content.rstrip().rpartition("\n")[2]
    under = ", ".join(f"{button.kind.value} {button.value}".strip() for button in buttons_of(version.components))
    gone = " (deleted since)" if message.deleted else ""
    return f"{len(text)} characters of {serials_in(text)}, ends {last[:40]!r}, buttons [{under}]{gone}"
