"""A reply that is written anew where an old answer stands."""

from bot.vocabulary.controls import Button, PressKind
from tests.adapters.rendering.scene import Scene

STOP = Button(PressKind.STOP, "turn", "ada")
AGAIN = Button(PressKind.REGENERATE, "turn", "ada")


async def test_the_old_answer_stays_until_new_words_come() -> None:
    scene = Scene(limit=10)
    old = [scene.room.stand(letter * 10) for letter in "abc"]
    live = await scene.opened(resume=[message.placeholder for message in old], stop=STOP)
    await scene.idle(30)
    assert scene.room.texts() == ["a" * 10, "b" * 10, "c" * 10]
    await scene.say(live, "New", then=2)
    assert scene.room.texts() == ["New", "b" * 10, "c" * 10]
    assert scene.room.messages[0].buttons[-1] == (STOP,)
    await scene.settle(live, "New one.", [AGAIN])
    scene.tidy()
    assert scene.room.texts() == ["New one."]
    assert scene.room.buttons() == [(AGAIN,)]
    await scene.rest()


async def test_a_longer_answer_takes_the_old_messages_first() -> None:
    scene = Scene(limit=10)
    old = [scene.room.stand(letter * 10) for letter in "ab"]
    live = await scene.opened(resume=[message.placeholder for message in old], stop=STOP)
    await scene.say(live, "x" * 10 + "y" * 5, then=3)
    await scene.settle(live, "x" * 10 + "y" * 10 + "z", [AGAIN])
    assert scene.room.texts() == ["x" * 10, "y" * 10, "z"]
    assert [message.number for message in scene.room.reply("reply")] == [0, 1, 2]
    assert scene.room.buttons() == [(), (), (AGAIN,)]
    await scene.rest()


async def test_the_same_answer_again_is_written_and_its_buttons_with_it() -> None:
    scene = Scene()
    old = scene.room.stand("Yes.", buttons=[AGAIN])
    live = await scene.opened(resume=[old.placeholder], stop=STOP)
    await scene.say(live, "Yes.", then=2)
    await scene.settle(live, "Yes.", [AGAIN])
    assert scene.room.messages[0].buttons == [(AGAIN,), (STOP,), (AGAIN,)]
    await scene.rest()


async def test_messages_that_somebody_deleted_meanwhile_are_posted_anew() -> None:
    scene = Scene(limit=10)
    old = [scene.room.stand(letter * 10) for letter in "abc"]
    old[1].deleted = True
    live = await scene.opened(resume=[message.placeholder for message in old])
    await scene.settle(live, "x" * 10 + "y" * 10 + "z")
    scene.tidy()
    assert scene.room.texts() == ["x" * 10, "y" * 10, "z"]
    await scene.rest()
