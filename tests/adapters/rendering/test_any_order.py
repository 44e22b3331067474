"""Whatever the model, the platform and the store do: the last version is the answer, whole, and nothing overlapped on the way."""

import asyncio
import math
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.live import LiveMessage
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.controls import Button, PressKind
from bot.vocabulary.reply import Answered, Notice, ReplyEvent, TextDelta, ToolFinished, ToolStarted
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene

LATENCIES = st.sampled_from([0.0, 0.06, 0.4, 1.0, 5.0])
PASSING = st.builds(PlatformUnavailable, retry_after=st.sampled_from([None, 0.0, 2.0, 9.0]))
TROUBLES = st.lists(st.builds(Trouble, before=LATENCIES, after=LATENCIES, error=st.none() | PASSING, lost=st.just(False)), max_size=6)
FAILURES = st.lists(st.builds(Trouble, before=LATENCIES, after=LATENCIES, error=PASSING, lost=st.booleans()), max_size=4)
STOP = Button(PressKind.STOP, "turn", "ada")
BUTTONS = (Button(PressKind.REGENERATE, "turn", "ada"), Button(PressKind.CONTINUE, "turn", "ada"))
CHUNKS = st.lists(st.sampled_from(["a", "bc ", "\n", "\n\n", "&", "Is it. ", "x" * 25, " ", ""]), max_size=30)
LINES: st.SearchStrategy[ReplyEvent] = st.sampled_from(
    [Notice("…again"), Notice(""), ToolStarted("t"), ToolFinished("t", ok=True), ToolFinished("t", ok=False)]
)


def events(data: st.DataObject) -> list[tuple[ReplyEvent, float]]:
    deltas: list[ReplyEvent] = [TextDelta(chunk) for chunk in data.draw(CHUNKS, "chunks")]
    for line in data.draw(st.lists(LINES, max_size=4), "lines"):
        deltas.insert(data.draw(st.integers(0, len(deltas))), line)
    return [(event, data.draw(st.sampled_from([0.0, 0.02, 0.7, 3.0]))) for event in deltas]


def scenes(data: st.DataObject, *, escaped: bool) -> Scene:
    scene = Scene(limit=20, render=escape) if escaped else Scene(limit=20)
    scene.closes = data.draw(st.booleans(), "closes")
    scene.every = data.draw(st.sampled_from([1.0, 1.0, 30.0]), "every")
    scene.post_every = data.draw(st.sampled_from([0.0, 1.6]), "post every")
    scene.late_seconds = data.draw(st.sampled_from([math.inf, 0.0, 4.0]), "late")
    return scene


@given(data=st.data(), raw=st.booleans())
@settings(max_examples=150, deadline=None)
def test_ends_with_the_exact_text(data: st.DataObject, raw: bool) -> None:
    asyncio.run(scenario(data, scenes(data, escaped=not raw), escaped=not raw))


async def scenario(data: st.DataObject, scene: Scene, *, escaped: bool) -> None:
    for kind in ("post", "edit", "find", "attach"):
        scene.room.next(kind, *data.draw(TROUBLES, kind), *data.draw(FAILURES, f"{kind} fails"))
    if data.draw(st.booleans(), "deleted by somebody"):
        scene.room.next("edit", Trouble(error=PlatformRefused("no such message"), lost=True))
    scene.log.away = data.draw(st.integers(0, 2), "store away")
    live = await scene.opened(stop=STOP, file_after=2)
    told = await grown(data, scene, live)
    scene.log.away = data.draw(st.integers(0, 2), "store away at the end")
    final = told + data.draw(st.sampled_from(["", " The end.", "z" * 41]), "rest")
    await scene.settle(live, Answered(final or "Yes."), BUTTONS)
    await scene.clock.advance(1_200)  # settling does not wait long for files
    scene.tidy()
    blank = "".join(final.split())
    shown = "".join("".join(scene.room.texts()).split())
    if blank:
        assert shown == (escape(blank) if escaped else blank)
    assert scene.log.parts == [message.placeholder for message in scene.room.reply("reply")]
    assert all(message.text != "…" for message in scene.room.reply("reply"))
    assert_dressed(scene)
    await scene.rest()


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_without_trouble_nothing_is_sent_that_stands_already(data: st.DataObject) -> None:
    asyncio.run(smooth(data, scenes(data, escaped=False)))


async def smooth(data: st.DataObject, scene: Scene) -> None:
    for kind in ("post", "edit"):
        scene.room.next(kind, *data.draw(st.lists(st.builds(Trouble, before=LATENCIES, after=LATENCIES), max_size=9), kind))
    old = scene.room.stand("an old answer", name="reply") if data.draw(st.booleans(), "taken up") else None
    live = await scene.opened(stop=STOP, resume=[old.placeholder] if old else [])
    told = await grown(data, scene, live)
    for final in data.draw(st.lists(st.sampled_from([told, f"{told} z"]), min_size=1, max_size=3), "finals"):
        await scene.settle(live, Answered(final), BUTTONS)
    await scene.clock.advance(1_200)
    scene.tidy()
    assert "unchanged" not in {kind for _, _, kind, _ in scene.room.sends}
    assert "thinking" not in "".join(scene.room.texts())
    assert_dressed(scene)
    await scene.rest()


async def grown(data: st.DataObject, scene: Scene, live: LiveMessage) -> str:
    told = ""
    for event, pause in events(data):
        live.show(event)
        told += event.text if isinstance(event, TextDelta) else ""
        await scene.clock.advance(pause)
    return told


def assert_dressed(scene: Scene) -> None:
    """Buttons only under the last message, and closed what is to be closed."""
    *before, last = scene.room.reply("reply")
    assert [message.buttons[-1] for message in (*before, last)] == [
        (),
    ] * len(before) + [BUTTONS]
    assert all(message.closed is scene.closes for message in (*before, last))
