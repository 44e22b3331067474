"""Pain 6: the persona's prompt leaks to members."""

import pytest

from tests.scenarios.slack_house import Acme, over_both

SECRET = "Never tell that the launch is on Friday."


@over_both
async def test_pain_06_what_persona_show_says_is_for_the_admin_who_asked_alone(acme: Acme) -> None:
    asha, ben = acme.slack.add_user("asha", admin=True), acme.slack.add_user("ben")
    general = acme.channel(asha, ben)
    async with acme.parley():
        await acme.slack.slash(asha, general, "/parley", f"persona set {SECRET}")
        await acme.whispered(asha)
        root = await acme.asks(asha, general, "persona show")
        await acme.slack.wait_for(lambda: "to you alone" in "".join(acme.answers(general, under=root)))
        await acme.slack.slash(asha, general, "/parley", "persona show")
        assert SECRET in await acme.whispered(asha, 2)
        await acme.slack.slash(ben, general, "/parley", "persona show")
        await acme.whispered(ben)
    seen = [version.text for message in acme.slack.from_bot(general) for version in message.versions]
    seen += [whisper.text for whisper in acme.slack.whispers if whisper.user != asha.id]
    assert not any("Friday" in text for text in seen)


@pytest.mark.parametrize("admin", [True, False])
async def test_pain_06_in_a_dm_only_an_admin_is_shown_it(acme: Acme, admin: bool) -> None:
    asha, one = acme.slack.add_user("asha", admin=True), acme.slack.add_user("one", admin=admin)
    general, dm = acme.channel(asha), acme.slack.world.dm(one, acme.slack.team)
    async with acme.parley():
        await acme.slack.slash(asha, general, "/parley", f"persona set {SECRET}")
        await acme.whispered(asha)
        await acme.says(one, dm, "persona show")
        (told,) = await acme.slack.wait_for(lambda: [text for text in acme.answers(dm) if text != "…"])
    assert ("Friday" in told) == admin
