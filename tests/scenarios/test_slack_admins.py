"""What admins see and set on Slack: `busy` and `status`, by command and by message."""

from bot.commands.text import FOR_YOU_ALONE
from tests.scenarios.slack_house import Acme


async def test_busy_is_shown_and_set_by_a_message_in_a_thread(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha", admin=True), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    async with acme.parley():
        asked = await acme.asks(asha, general, "busy steer")
        await acme.slack.wait_for(lambda: "in force from the next message" in "".join(acme.answers(general, under=asked)))
        await acme.slack.slash(asha, general, "/parley", "busy")
        assert "I go on from there (in use)" in await acme.whispered(asha)
        refused = await acme.asks(ben, general, "busy queue")
        await acme.reads(general, "Only admins of this server can use `busy` here.", under=refused)


async def test_busy_words_are_still_words(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    async with acme.parley():
        asked = await acme.asks(asha, general, "busy bees, tell me about them")
        await acme.reads(general, "Hello from the model.", under=asked)


async def test_status_is_for_the_admin_alone(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    async with acme.parley():
        asked = await acme.asks(asha, general, "status")
        await acme.reads(general, FOR_YOU_ALONE, under=asked)
        await acme.slack.slash(asha, general, "/parley", "status")
        assert (await acme.whispered(asha)).startswith("I am writing 0 answers on this server. Nothing waits. Version ")
        await acme.slack.slash(asha, general, "/parley", "status again 0123")
        assert (await acme.whispered(asha, 2)).startswith("There is no such turn")
