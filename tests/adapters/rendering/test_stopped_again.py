"""A reply that was stopped before its first word, and whose writer died when the word stood."""

import asyncio

from bot.vocabulary.reply import Stopped
from tests.adapters.rendering.scene import Scene


async def test_the_word_that_it_was_stopped_is_not_taken_for_an_answer() -> None:
    scene = Scene()
    left = scene.room.stand("Stopped.")
    live = await scene.opened(resume=[left.placeholder])
    await scene.clock.run_until(asyncio.create_task(live.settle(Stopped(""))))
    assert scene.room.texts() == ["Stopped."]
    await scene.rest()
