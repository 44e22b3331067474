"""Buttons pressed in front of a process that only receives, while others answer or nobody does."""

from pathlib import Path

from tests.fakes.discord import Interaction, Message, User
from tests.scenarios.discord_house import Home
from tests.topologies.processes import running

RECEIVER = ("run", "discord", "--receive-only")
PATIENCE = 25.0
"""Seconds people wait here: several processes share two cores with other tests."""


async def pressed(home: Home, user: User, message: Message, label: str) -> Interaction:
    """`user` presses what is labelled so, once it is there."""

    def found() -> list[str]:
        return [button["custom_id"] for row in message.components for button in row["components"] if button["label"] == label]

    custom_id = (await home.discord.wait_for(found, PATIENCE))[0]
    asked = await home.discord.press(user, message, custom_id)
    await home.discord.wait_for(lambda: asked.answered)
    return asked


async def test_a_press_is_acknowledged_at_once_and_answered_by_whoever_comes(home: Home, tmp_path: Path) -> None:
    ada, bob = home.person("Ada"), home.person("Bob")
    settings = home.settings(lease_seconds=2.0)
    home.model.says("Red.")
    async with running(settings, tmp_path, *RECEIVER, model=False) as receiver:
        await home.discord.wait_for(lambda: home.discord.gateway.connections, PATIENCE)
        async with running(settings, tmp_path, "worker") as first:
            await home.asks(ada, "a colour?")
            await home.reads("Red.", within=PATIENCE)
            (answer,) = home.written()
            assert "moderator" in (await pressed(home, bob, answer, "Regenerate")).text
        home.model.says("Blue.")
        asked = await pressed(home, ada, answer, "Regenerate")  # nobody is there who could answer
        assert (asked.callback_type, asked.followups, answer.content) == (6, [], "Red.")
        rated = await pressed(home, ada, answer, "👍")
        assert max(asked.delay, rated.delay) < 3
        async with running(settings, tmp_path, "worker") as second:
            await home.reads("Blue.", within=PATIENCE)
            assert [parley.troubles for parley in (first, second, receiver)] == [[], [], []]
    assert home.written() == [answer]
