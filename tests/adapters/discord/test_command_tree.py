"""Commands as Discord registers them; judged by Discord's own description where it is at hand."""

from dataclasses import replace

import pytest

from adapters.discord.command_tree import normal, payload_of, synchronise
from adapters.discord.opening import Discord
from bot.vocabulary.commands import CommandSpec, Param
from bot.vocabulary.conversation import Authority
from tests.adapters.discord.door import SPECS
from tests.fakes.discord import DiscordServer

MANAGE_SERVER, MANAGE_MESSAGES = 1 << 5, 1 << 13


def test_two_words_become_a_group_and_rights_follow_the_authority() -> None:
    persona, reset, usage = payload_of(SPECS)
    assert [option["name"] for option in persona["options"]] == ["list", "use", "set"]
    assert persona["description"] == "Persona: list, use, set"
    assert [c["default_member_permissions"] for c in (persona, reset, usage)] == [MANAGE_SERVER, MANAGE_MESSAGES, None]
    assert all(c["contexts"] == [0, 1] for c in (persona, reset, usage))
    choose = persona["options"][1]["options"][0]
    assert choose["choices"] == [{"name": "assistant", "value": "assistant"}, {"name": "tutor", "value": "tutor"}]
    assert persona["options"][2]["options"] == []  # long text is asked for in a form
    assert usage["options"][0] | {"description": ""} == {
        "name": "days",
        "type": 3,
        "description": "",
        "required": False,
        "max_length": 100,
    }


def test_a_group_is_seen_by_whoever_may_use_any_of_it() -> None:
    specs = [CommandSpec("a x", "X.", Authority.ADMIN), CommandSpec("a y", "Y.", Authority.MEMBER), CommandSpec("b z", "Z.")]
    shared, alone = payload_of(specs)
    assert shared["default_member_permissions"] is None
    assert [option["name"] for option in alone["options"]] == ["z"]


def test_required_options_come_first_and_long_words_are_cut() -> None:
    many = tuple(str(number) for number in range(26))
    spec = CommandSpec(
        "go", "d" * 101, params=(Param("maybe", "x", required=False), Param("must", "y" * 200), Param("many", "z", choices=many))
    )
    (command,) = payload_of([spec])
    assert [option["name"] for option in command["options"]] == ["must", "many", "maybe"]
    assert len(command["description"]) == len(command["options"][0]["description"]) == 100
    assert "choices" not in command["options"][1]  # Discord takes 25 at most


def test_a_command_cannot_be_a_group_as_well() -> None:
    with pytest.raises(ValueError, match="/a cannot be"):
        payload_of([CommandSpec("a", "X."), CommandSpec("a y", "Y.")])


async def test_the_tree_is_put_only_when_it_changed(server: DiscordServer, rest: Discord) -> None:
    def puts() -> int:
        return sum(request.method == "PUT" for request in server.requests)

    application = rest.application.id
    assert await synchronise(rest.client, payload_of(SPECS), application=application) is True
    assert await synchronise(rest.client, payload_of(SPECS), application=application) is False
    assert await synchronise(rest.client, payload_of(tuple(reversed(SPECS[3:])) + SPECS[:3]), application=application) is False
    assert puts() == 1
    changed = (*SPECS[:-1], replace(SPECS[-1], description="Tokens and money."))
    assert await synchronise(rest.client, payload_of(changed), application=application) is True
    assert await synchronise(rest.client, payload_of(changed[:-1]), application=application) is True
    assert puts() == 3
    assert sorted(command["name"] for command in server.commands[None]) == ["persona", "reset"]


def test_what_discord_leaves_out_is_no_difference() -> None:
    (ours,) = payload_of([CommandSpec("usage", "What was used.", params=(Param("days", "How many.", required=False),))])
    theirs = ours | {"id": "1", "version": "2", "name_localizations": None, "contexts": [1, 0]}
    theirs["options"] = [{key: value for key, value in ours["options"][0].items() if key != "required"}]
    assert normal([theirs]) == normal([ours])
    assert normal([theirs | {"default_member_permissions": "0"}]) != normal([ours])
    assert normal([theirs | {"options": []}]) != normal([ours])
