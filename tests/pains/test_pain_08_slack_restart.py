"""Pain 8: memory is lost at every restart."""

from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_pain_08_after_a_restart_the_thread_goes_on_where_it_was(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    acme.model.says("Noted.")
    acme.model.says("It was 42.")
    async with acme.parley():
        root = await acme.asks(asha, general, "the number is 42")
        await acme.reads(general, "Noted.")
        await acme.slack.slash(asha, general, "/parley", "persona use translator")
        await acme.whispered(asha)
    async with acme.parley():
        await acme.says(asha, general, "what was it?", under=root)
        await acme.reads(general, "Noted.", "It was 42.", under=root)
    asked = acme.model.asked[1]
    assert "the number is 42" in "\n".join(line.text for line in asked.lines)
    assert "You are a translator" in asked.system


async def test_pain_08_what_was_asked_while_the_house_was_closed_is_answered_once_it_is_open(acme: Acme) -> None:
    """Over HTTP the payload is refused, over Socket Mode it waits for a connection; either way Slack delivers it again."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.post.ack_timeout = 0.3
    async with acme.parley():
        pass
    await acme.asks(asha, general, "anybody there?")
    async with acme.parley():
        await acme.slack.delivered()
        await acme.reads(general, "Hello from the model.")
    assert len(acme.model.asked) == 1
