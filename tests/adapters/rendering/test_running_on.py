"""Plain words that run on are sure to show: a turn is waited for before any page is made of them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.discord.markup import DiscordDialect
from adapters.rendering.growth import Growth
from adapters.rendering.markdown.dialect import Dialect
from adapters.rendering.markdown.emitter import Emitter
from adapters.rendering.markdown.growing import GrowingText
from adapters.rendering.pages import Pages
from adapters.slack.standard import StandardDialect
from bot.vocabulary.reply import TextDelta
from tests.adapters.rendering.markdown.texts import DOCUMENT
from tests.adapters.rendering.room import Room, RoomOutlet
from tests.fakes.clock import VirtualClock

DIALECTS = st.sampled_from([DiscordDialect(), StandardDialect()])


def growth(dialect: Dialect) -> Growth:
    clock = VirtualClock()
    outlet = RoomOutlet(Room(clock))
    outlet.writer = lambda: GrowingText(Emitter(dialect), limit=400)
    return Growth(outlet, Pages(outlet), clock=clock, stop=None)


@settings(deadline=None, max_examples=300)
@given(dialect=DIALECTS, text=DOCUMENT, first=st.floats(0, 1), more=st.integers(1, 80))
@example(dialect=DiscordDialect(), text="One two three four five six seven.", first=0.1, more=30)
def test_where_words_run_on_the_pages_are_others(dialect: Dialect, text: str, first: float, more: int) -> None:
    reply, at = growth(dialect), int(first * len(text))
    reply.take(TextDelta(text[:at]))
    shown = reply.newest(over=False)
    reply.take(TextDelta(text[at : at + more]))
    if reply.runs_on:
        assert reply.newest(over=False) != shown
    reply.newest(over=False)
    assert not reply.runs_on


@pytest.mark.parametrize(
    ("text", "more", "sure"),
    [
        ("So it", " goes on and on, in words.", True),
        ("So it", " goes on.", True),
        ("So it goes", ".\n\n1. ", False),
        ("", "The first words come at once.", False),
        ("So it goes.", "\n\n| a header | and another |", False),
        ("So it goes", " [as it is told in a long text", False),
        ("**Bold**\n\nSo it", " goes on and on, in words.", True),
    ],
)
def test_what_may_be_held_back_is_not_taken_for_words(text: str, more: str, sure: bool) -> None:
    reply = growth(DiscordDialect())
    reply.take(TextDelta(text))
    reply.newest(over=False)
    reply.take(TextDelta(more))
    assert reply.runs_on is sure
