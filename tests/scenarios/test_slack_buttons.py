"""Buttons on Slack from end to end: pressed, carried out behind the lane, seen in the message; edits and deletions too."""

import asyncio

from tests.fakes.slack.workspace import Channel, Message, User
from tests.scenarios.slack_house import Acme, over_both


def labels(message: Message) -> list[str]:
    """What stands on the buttons under a message."""
    return [element["text"]["text"] for block in message.blocks if block["type"] == "actions" for element in block["elements"]]


async def press(acme: Acme, user: User, channel: Channel, label: str) -> None:
    """Press the button named so under Parley's last message, once it is there."""
    await acme.slack.wait_for(lambda: label in labels(acme.written(channel)[-1]) if acme.written(channel) else False)
    message = acme.written(channel)[-1]
    elements = [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]
    action = next(element["action_id"] for element in elements if element["text"]["text"] == label)
    assert (await acme.slack.action(user, message, action)).acknowledged


@over_both
async def test_stop_then_another_answer_and_back_to_the_first(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Once upon", asyncio.Event())
    acme.model.says("A **second** one.")
    async with acme.parley():
        await acme.asks(asha, general, "tell me a story")
        await acme.reads(general, "Once upon")
        await press(acme, asha, general, "Stop")
        await acme.reads(general, "Once upon\n\n*Stopped.*")
        await press(acme, asha, general, "Regenerate")
        await acme.reads(general, "A **second** one.")
        await press(acme, asha, general, "‹ 1/2")
        await acme.slack.wait_for(lambda: acme.answers(general)[-1].startswith("Once upon"))
    assert len(acme.written(general)) == 1


async def test_strangers_hear_a_private_word_and_nothing_changes(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha"), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await press(acme, ben, general, "Regenerate")
        assert await acme.whispered(ben)
        await acme.reads(general, "Hello from the model.")
    assert len(acme.model.asked) == 1


async def test_a_bad_rating_asks_why_thanks_and_is_filed(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    async with acme.parley():
        await acme.asks(asha, general, "hello")
        await press(acme, asha, general, "👎")
        modal = await acme.slack.wait_for(lambda: next((m for m in acme.slack.world.views.values() if m.versions), None))
        await acme.slack.submit_view(asha, modal, {"reason": "It is too short."})
        assert await acme.whispered(asha) == "Thank you."
        await acme.slack.slash(asha, general, "/parley", "feedback")
        assert "It is too short." in await acme.whispered(asha, 2)
    assert len(acme.model.asked) == 1


async def test_a_deleted_question_leaves_the_history(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.answers(lambda request: "Yes.")
    async with acme.parley():
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "Yes.")
        secret = await acme.says(asha, general, "my password is swordfish", under=root)
        await acme.reads(general, "Yes.", "Yes.")
        await acme.slack.deletes(secret)
        await acme.says(asha, general, "what do you know?", under=root)
        await acme.reads(general, "Yes.", "Yes.", "Yes.")
    assert "swordfish" in str(acme.model.asked[1].body)
    assert "swordfish" not in str(acme.model.asked[2].body)


async def test_an_edited_question_is_answered_anew_on_request(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Of rivers.")
    acme.model.says("Of seas.")
    async with acme.parley():
        question = await acme.asks(asha, general, "tell me of rivers")
        await acme.reads(general, "Of rivers.")
        await acme.slack.edits(question, f"<@{acme.slack.team.bot_user}> tell me of seas")
        await acme.slack.wait_for(lambda: acme.answers(general)[-1] != "Of rivers.")
        await press(acme, asha, general, "Regenerate")
        await acme.slack.wait_for(lambda: "Of seas." in acme.answers(general)[-1])
    assert acme.model.asked[1].last_user == "asha: tell me of seas"
