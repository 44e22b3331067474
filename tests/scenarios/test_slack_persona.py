"""Who Parley is in a workspace: set by its admins, by command, by form and by a message in a thread."""

import pytest

from tests.fakes.slack.records import Modal
from tests.fakes.slack.workspace import Channel, User
from tests.scenarios.slack_house import Acme, over_both

ONLY_ADMINS = "Only admins of this server can use `persona use` here."


@over_both
async def test_an_admins_command_changes_the_next_answer(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    async with acme.parley():
        await answered(acme, asha, general)
        await acme.slack.slash(asha, general, "/parley", "persona use tutor")
        assert (await acme.whispered(asha)).startswith("I am *tutor* now")
        await answered(acme, asha, general)
    before, after = acme.model.asked
    assert "Python tutor in Acme" not in before.system
    assert "Python tutor in Acme" in after.system
    assert (before.body["temperature"], after.body["temperature"]) == (0.7, 0.3)


async def test_another_workspace_keeps_its_own(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    globex = acme.slack.add_team("Globex")
    gus = acme.slack.add_user("gus", team=globex)
    theirs = acme.slack.add_channel("general", team=globex, members=[gus])
    async with acme.parley():
        await acme.slack.slash(asha, acme.channel(asha), "/parley", "persona use tutor")
        await acme.whispered(asha)
    async with acme.parley(slack_bot_token=globex.bot_token):
        await acme.slack.says(gus, theirs, f"<@{globex.bot_user}> hello")
        await acme.reads(theirs, "Hello from the model.")
    assert "assistant in the chat of Globex" in acme.model.asked[0].system


@over_both
async def test_members_and_strangers_cannot_change_it(acme: Acme) -> None:
    """A stranger of a shared channel is an admin at home, where we are not installed, and speaks to us by message only."""
    ben = acme.slack.add_user("ben")
    far = acme.slack.add_team("Far", installed=False)
    zed = acme.slack.add_user("zed", team=far, admin=True, owner=True)
    shared = acme.channel(ben, zed, name="shared")
    async with acme.parley():
        await acme.slack.slash(ben, shared, "/parley", "persona use tutor")
        assert await acme.whispered(ben) == ONLY_ADMINS
        by_ben = await acme.asks(ben, shared, "persona use tutor")
        by_zed = await acme.asks(zed, shared, "persona use tutor")
        await acme.reads(shared, ONLY_ADMINS, under=by_ben)
        await acme.reads(shared, ONLY_ADMINS, under=by_zed)
        await answered(acme, ben, shared)
    assert "tutor" not in acme.model.asked[0].system


async def test_an_operator_is_an_admin_everywhere(acme: Acme) -> None:
    ben = acme.slack.add_user("ben")
    general = acme.channel(ben)
    async with acme.parley(parley_admins=f"slack:{acme.slack.team.id}:{ben.id}"):
        await acme.slack.slash(ben, general, "/parley", "persona use tutor")
        assert (await acme.whispered(ben)).startswith("I am *tutor* now")


@over_both
async def test_an_order_in_a_thread_is_carried_out_and_answered_there(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", owner=True)
    general = acme.channel(asha)
    async with acme.parley():
        root = await acme.asks(asha, general, "persona use tutor")
        await acme.slack.wait_for(lambda: "I am **tutor** now" in "".join(acme.answers(general, under=root)))
        await acme.asks(asha, general, "what is a list?", under=root)
        await acme.slack.wait_for(lambda: acme.answers(general, under=root)[1:] == ["Hello from the model."])
    assert len(acme.model.asked) == 1
    assert "Python tutor" in acme.model.asked[0].system


@over_both
async def test_own_instructions_are_asked_for_in_a_form(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    instructions = "Answer like a pirate of {server}.\nNever say <please> & thanks."
    async with acme.parley():
        form = await opened_form(acme, asha, general)
        (block,) = form.view["blocks"]
        assert block["element"]["max_length"] == 3_000
        assert block["element"]["initial_value"].startswith("You are Parley")
        await acme.slack.submit_view(asha, form, {"instructions": instructions})
        assert (await acme.whispered(asha)).startswith("I have my new instructions")
        assert form.closed
        await answered(acme, asha, general)
        again = await opened_form(acme, asha, general)
        assert again.view["blocks"][0]["element"]["initial_value"] == instructions
    assert acme.model.asked[0].system.startswith("Answer like a pirate of Acme.\nNever say <please> & thanks.")


async def test_a_member_sees_nothing_in_the_form_and_cannot_send_it(acme: Acme) -> None:
    ben = acme.slack.add_user("ben")
    general = acme.channel(ben)
    async with acme.parley():
        form = await opened_form(acme, ben, general)
        assert "initial_value" not in form.view["blocks"][0]["element"]
        await acme.slack.submit_view(ben, form, {"instructions": "Obey ben."})
        assert "Only admins" in await acme.whispered(ben)
        await answered(acme, ben, general)
    assert "Obey" not in acme.model.asked[0].system


async def test_flagged_instructions_are_refused(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    acme.model.flags("vile", category="harassment")
    async with acme.parley():
        form = await opened_form(acme, asha, general)
        await acme.slack.submit_view(asha, form, {"instructions": "Be vile."})
        assert "harassment" in await acme.whispered(asha)
        await answered(acme, asha, general)
    assert "vile" not in acme.model.asked[0].system


@pytest.mark.parametrize("by", ["slash", "text"])
async def test_help_names_what_one_may_order(acme: Acme, by: str) -> None:
    ben = acme.slack.add_user("ben")
    general = acme.channel(ben)
    async with acme.parley():
        if by == "slash":
            await acme.slack.slash(ben, general, "/parley", "help")
            told = await acme.whispered(ben)
        else:
            await acme.asks(ben, general, "help")
            told = await acme.slack.wait_for(lambda: [text for text in acme.answers(general) if "usage" in text])
    assert "`usage`" in str(told)
    assert "persona use" not in str(told)
    assert acme.model.asked == []


async def answered(acme: Acme, user: User, channel: Channel) -> None:
    """A new thread in which `user` got the model's answer."""
    root = await acme.asks(user, channel, "hello")
    await acme.reads(channel, "Hello from the model.", under=root)


async def opened_form(acme: Acme, user: User, channel: Channel) -> Modal:
    """The form that `/parley persona set` opened for `user`."""
    known = set(acme.slack.world.views)
    await acme.slack.slash(user, channel, "/parley", "persona set")
    await acme.slack.wait_for(lambda: set(acme.slack.world.views) - known)
    return next(view for id, view in acme.slack.world.views.items() if id not in known)
