"""Thumbs on Discord: pressed under an answer, with a reason, and shown to the admins."""

from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from tests.fakes.discord import Message, User, bits
from tests.scenarios.discord_house import Home


def thumbs(message: Message) -> dict[str, str]:
    """What Discord keeps of the buttons under `message` that rate, by their value."""
    kept = [part["custom_id"] for row in message.components for part in row["components"]]
    return {button.value: text for text in kept if (button := Button.parse(text)) and button.kind is PressKind.RATE}


async def rated(home: Home, number: int, value: str) -> tuple[Message, str]:
    """The answer of this number, once it can be rated, and the button for it."""
    await home.discord.wait_for(lambda: thumbs(home.written()[number]))
    return home.written()[number], thumbs(home.written()[number])[value]


def admin(home: Home) -> User:
    return home.person("Root", permissions=bits.MANAGE_GUILD)


async def test_a_thumb_and_its_reason_reach_the_admins(home: Home) -> None:
    ada, bob, root = home.person("Ada"), home.person("Bob"), admin(home)
    home.model.says("Four.")
    home.model.says("Five.")
    async with home.parley():
        await home.asks(ada, "two and two?")
        await home.reads("Four.")
        good = await home.discord.press(ada, *await rated(home, 0, GOOD))
        await home.discord.wait_for(lambda: good.answered)
        await home.asks(bob, "and two and two?")
        await home.reads("Four.", "Five.")
        form = await home.discord.press(bob, *await rated(home, 1, BAD))
        await home.discord.wait_for(lambda: form.modal)
        sent = await home.discord.submit_modal(form, {"reason": "It is *four*, @everyone."})
        await home.discord.wait_for(lambda: sent.followups or sent.text)
        shown = await home.order(root, "feedback")
    assert shown.text.startswith("1 👍 and 1 👎 on this server.")
    assert "`assistant` on `small`: `It is *four*, @everyone.`" in shown.text
    assert "Bob" not in shown.text
