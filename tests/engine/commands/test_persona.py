"""`persona …`: who Parley is on a server."""

import asyncio
from dataclasses import replace

import pytest

from bot.commands.text import as_text
from bot.moderation.incidents import Incidents
from bot.moderation.moderation import Moderation
from bot.personas.presets import ASSISTANT, DESCRIPTIONS
from bot.store.connection import Store, open_store
from bot.vocabulary.conversation import ServerKey
from tests.engine.commands.conftest import Office
from tests.engine.samples import ADA, ADMIN, CHANNEL, DIRECT, SLACK_DIRECT, call
from tests.fakes.model.server import ModelServer

HERE = CHANNEL.server_key
SECRET = "Only ever speak of the blue heron."


async def order(office: Office, name: str, **args: str) -> str:
    return as_text(await office.registry.run(replace(call(name), args=args)))


async def test_using_a_preset_changes_this_server_and_no_other(office: Office) -> None:
    assert "**tutor**" in await order(office, "persona use", preset="Tutor")
    assert (await office.personas.own(HERE)).name == "tutor"
    assert await office.personas.own(ServerKey("discord", "another")) == ASSISTANT
    assert "- **tutor**: teaches Python step by step (in use)" in await order(office, "persona list")


async def test_the_list_names_every_preset(office: Office) -> None:
    said = await order(office, "persona list")
    assert all(f"**{name}**: {about}" in said for name, about in DESCRIPTIONS.items())
    assert "(in use)" in said.split("**assistant**")[1].splitlines()[0]


async def test_own_instructions_pass_moderation_and_keep_the_parameters(server: ModelServer, office: Office) -> None:
    await order(office, "persona tune", parameter="temperature", value="0")
    assert "new instructions" in await order(office, "persona set", instructions=f"  {SECRET}\n")
    assert [request.body["input"] for request in server.requests] == [[SECRET]]
    persona = await office.personas.own(HERE)
    assert (persona.name, persona.preset, persona.instructions, persona.sampling.temperature) == ("custom", "", SECRET, 0.0)
    assert "your own instructions (in use)" in await order(office, "persona list")


async def test_flagged_instructions_are_refused_and_recorded(server: ModelServer, office: Office, store: Store) -> None:
    server.flags("heron", category="hate")
    said = await order(office, "persona set", instructions=SECRET)
    assert "flagged as hate" in said
    assert "heron" not in said
    assert await office.personas.own(HERE) == ASSISTANT
    (incident,) = await Incidents(store).newest(HERE)
    assert (incident.author, incident.flagged) == (ADMIN.id, ("hate",))


async def test_instructions_that_cannot_be_checked_are_not_taken(server: ModelServer, office: Office) -> None:
    server.moderation_absent()
    assert "cannot check" in await order(office, "persona set", instructions=SECRET)
    assert await office.personas.own(HERE) == ASSISTANT


async def test_tuning_sets_and_takes_back_one_parameter(office: Office) -> None:
    assert "`temperature` is set" in await order(office, "persona tune", parameter="Temperature", value="0")
    await order(office, "persona tune", parameter="stop", value="END | FIN")
    await order(office, "persona tune", parameter="model", value="provider/model:free")
    persona = await office.personas.own(HERE)
    assert (persona.model, persona.sampling.temperature, persona.sampling.stop) == ("provider/model:free", 0.0, ("END", "FIN"))
    shown = (await office.registry.run(call("persona show"))).table
    assert shown is not None
    assert set(shown.rows) >= {("model", "provider/model:free"), ("temperature", "0.0"), ("stop", "END | FIN")}
    assert "back to its default" in await order(office, "persona tune", parameter="model", value="Default")
    assert "back to its default" in await order(office, "persona tune", parameter="temperature", value="default")
    persona = await office.personas.own(HERE)
    assert (persona.model, persona.sampling.temperature, persona.sampling.stop) == ("", None, ("END", "FIN"))


async def test_show_tells_what_is_in_force_with_the_operators_defaults(office: Office) -> None:
    reply = await office.registry.run(call("persona show"))
    assert reply.private
    assert ASSISTANT.instructions in reply.text
    assert reply.table is not None
    assert reply.table.rows == (("model", "default-model"), ("temperature", "0.7"), ("max_tokens", "1000"))


async def test_reset_makes_it_the_assistant(office: Office) -> None:
    await order(office, "persona set", instructions=SECRET)
    await order(office, "persona reset")
    assert await office.personas.own(HERE) == ASSISTANT


async def test_a_form_begins_with_the_instructions_in_force(office: Office) -> None:
    await order(office, "persona set", instructions=SECRET)
    assert await office.registry.prefill(call("persona set")) == {"instructions": SECRET}
    assert await office.registry.prefill(call("persona use")) == {}
    assert await office.registry.prefill(call("no such order")) == {}


async def test_pain_06_instructions_never_leak_to_members(office: Office) -> None:
    await order(office, "persona set", instructions=SECRET)
    for conversation in (CHANNEL, SLACK_DIRECT):
        await office.personas.set(conversation.server_key, await office.personas.own(HERE))
        for spec in office.registry.specs:
            asked = call(spec.name, author=ADA, conversation=conversation, direct=conversation is not CHANNEL)
            assert "heron" not in as_text(await office.registry.run(asked))
            assert await office.registry.prefill(asked) == {}


async def test_in_a_dm_of_ones_own_a_member_decides(office: Office) -> None:
    await office.registry.run(call("persona set", author=ADA, conversation=DIRECT, direct=True, instructions=SECRET))
    assert (await office.personas.own(DIRECT.server_key)).instructions == SECRET
    assert await office.personas.own(HERE) == ASSISTANT


@pytest.mark.parametrize("away", ["refuses", "is silent"])
async def test_pain_12_a_form_waits_a_second_at_most_whatever_the_store_does(
    server: ModelServer, moderation: Moderation, away: str
) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1] if away == "is silent" else 1
    loop = asyncio.get_running_loop()
    try:
        async with open_store(f"redis://127.0.0.1:{port}") as store:
            began = loop.time()
            assert await Office(store, moderation).registry.prefill(call("persona set")) == {}
            assert loop.time() - began < 1.5
    finally:
        listener.close()
        await listener.wait_closed()
