"""Whatever the model, the platform and the store do: the last version is the answer, whole, and nothing overlapped on the way."""

import asyncio
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.reply import Answered, Notice, ReplyEvent, TextDelta, ToolFinished, ToolStarted
from tests.adapters.rendering.room import Trouble
from tests.adapters.rendering.scene import Scene

LATENCIES = st.sampled_from([0.0, 0.06, 0.4, 1.0, 5.0])
PASSING = st.builds(PlatformUnavailable, retry_after=st.sampled_from([None, 0.0, 2.0, 9.0]))
TROUBLES = st.lists(st.builds(Trouble, before=LATENCIES, after=LATENCIES, error=st.none() | PASSING, lost=st.just(False)), max_size=6)
FAILURES = st.lists(st.builds(Trouble, before=LATENCIES, after=LATENCIES, error=PASSING, lost=st.booleans()), max_size=4)
CHUNKS = st.lists(st.sampled_from(["a", "bc ", "\n", "\n\n", "&", "Is it. ", "x" * 25, " ", ""]), max_size=30)
LINES: st.SearchStrategy[ReplyEvent] = st.sampled_from(
    [Notice("…again"), Notice(""), ToolStarted("t"), ToolFinished("t", ok=True), ToolFinished("t", ok=False)]
)


def events(data: st.DataObject) -> list[tuple[ReplyEvent, float]]:
    deltas: list[ReplyEvent] = [TextDelta(chunk) for chunk in data.draw(CHUNKS, "chunks")]
    for line in data.draw(st.lists(LINES, max_size=4), "lines"):
        deltas.insert(data.draw(st.integers(0, len(deltas))), line)
    return [(event, data.draw(st.sampled_from([0.0, 0.02, 0.7, 3.0]))) for event in deltas]


@given(data=st.data(), raw=st.booleans())
@settings(max_examples=150, deadline=None)
def test_ends_with_the_exact_text(data: st.DataObject, raw: bool) -> None:
    asyncio.run(scenario(data, Scene(limit=20) if raw else Scene(limit=20, render=escape), escaped=not raw))


async def scenario(data: st.DataObject, scene: Scene, *, escaped: bool) -> None:
    for kind in ("post", "edit", "find", "delete"):
        scene.room.next(kind, *data.draw(TROUBLES, kind), *data.draw(FAILURES, f"{kind} fails"))
    if data.draw(st.booleans(), "deleted by somebody"):
        scene.room.next("edit", Trouble(error=PlatformRefused("no such message"), lost=True))
    scene.log.away = data.draw(st.integers(0, 2), "store away")
    live = await scene.opened()
    told = ""
    for event, pause in events(data):
        live.show(event)
        told += event.text if isinstance(event, TextDelta) else ""
        await scene.clock.advance(pause)
    scene.log.away = data.draw(st.integers(0, 2), "store away at the end")
    final = told + data.draw(st.sampled_from(["", " The end.", "z" * 41]), "rest")
    await scene.settle(live, Answered(final or "Yes."))
    blank = "".join(final.split())
    shown = "".join("".join(scene.room.texts()).split())
    if blank:
        assert shown == (escape(blank) if escaped else blank)
    assert scene.log.parts == [message.placeholder for message in scene.room.reply("reply")]
    assert all(message.text != "…" for message in scene.room.reply("reply"))
    await scene.rest()
