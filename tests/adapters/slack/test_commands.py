"""/parley over both transports: acknowledged at once, carried out behind the door, answered privately."""

import time

from bot.vocabulary.conversation import Authority, ConversationKey
from tests.adapters.slack.conftest import Bench, opened
from tests.fakes.server import Fault
from tests.fakes.slack.records import Delivery, Modal
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, User


def boss_in_channel(server: SlackServer) -> tuple[User, Channel]:
    boss = server.add_user("boss", admin=True)
    return boss, server.add_channel("general", members=[boss])


def acknowledged_after(delivery: Delivery) -> float:
    """Seconds from the command to its acknowledgement."""
    (attempt,) = delivery.attempts
    assert attempt.acknowledged
    assert attempt.answered_at is not None
    return attempt.answered_at - attempt.sent_at


async def form_of(bench: Bench, boss: User, channel: Channel, text: str) -> Modal:
    """The modal that /parley `text` opens."""
    await bench.server.slash(boss, channel, "/parley", text)
    modal = await bench.server.wait_for(lambda: next((m for m in bench.server.world.views.values() if m.versions), None))
    assert isinstance(modal, Modal)
    return modal


async def test_an_order_is_carried_out_and_answered_privately(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    await bench.server.slash(boss, channel, "/parley", "persona use tutor")
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    (call,) = bench.door.calls
    assert (call.name, call.args) == ("persona use", {"preset": "tutor"})
    assert (call.author.name, call.author.authority) == ("boss", Authority.ADMIN)
    assert call.conversation == ConversationKey("slack", bench.server.team.id, channel.id)
    assert (call.direct, call.exclusive, call.place.channel) == (False, True, "general")
    assert (whisper.user, whisper.via, whisper.text) == (boss.id, "response_url", "done: persona use &lt;!channel&gt;")
    assert bench.server.from_bot(channel) == []


async def test_orders_have_ids_of_their_own_and_know_a_direct_conversation(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    dm = bench.server.world.dm(boss, bench.server.team)
    for where in (channel, dm):
        await bench.server.slash(boss, where, "/parley", "usage")
    await bench.server.wait_for(lambda: len(bench.server.whispers) == 2)
    assert {call.direct for call in bench.door.calls} == {True, False}
    assert len({call.id for call in bench.door.calls}) == 2


async def test_help_for_nothing_and_for_nonsense(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    for text in ("", "make me a sandwich"):
        await bench.server.slash(boss, channel, "/parley", text)
    await bench.server.wait_for(lambda: len(bench.server.whispers) == 2)
    assert [call.name for call in bench.door.calls] == ["help", "help"]


async def test_a_table_is_an_aligned_code_block(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    await bench.server.slash(boss, channel, "/parley", "usage")
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert whisper.text.endswith("\n\n```\nmodel  tokens\n-----  ------\ngpt    12\n模型   3\n```")


async def test_what_a_reply_marks_is_marked_in_slacks_own_way(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    bench.door.says = "I am **Ada** _here_.\n- **a** & `<b>`\n\n> quoted <!channel>"
    await bench.server.slash(boss, channel, "/parley", "help")
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert whisper.text == "I am *Ada* _here_.\n• *a* &amp; `&lt;b&gt;`\n\n&gt; quoted &lt;!channel&gt;"


async def test_a_reply_beyond_one_text_comes_in_several(bench: Bench) -> None:
    """A response_url takes five; what is more comes as ephemeral messages."""
    boss, channel = boss_in_channel(bench.server)
    bench.door.says = "\n".join(f"- line {number} & <b>" for number in range(1_000))
    await bench.server.slash(boss, channel, "/parley", "help")
    await bench.server.wait_for(lambda: "line 999 " in bench.server.whispers[-1].text if bench.server.whispers else False)
    texts = [whisper.text for whisper in bench.server.whispers]
    assert max(map(len, texts)) <= 4_000
    assert [line for text in texts for line in text.split("\n")] == [f"• line {number} &amp; &lt;b&gt;" for number in range(1_000)]
    assert [whisper.via for whisper in bench.server.whispers[:6]] == ["response_url"] * 5 + ["postEphemeral"]


async def test_pain_12_a_slow_store_delays_no_acknowledgement(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    bench.door.store_up.clear()
    order = await bench.server.slash(boss, channel, "/parley", "persona use tutor")
    assert acknowledged_after(order) < 1.0
    assert bench.server.whispers == []
    bench.door.store_up.set()
    await bench.server.wait_for(lambda: bench.server.whispers)


async def test_pain_12_a_form_opens_in_time_without_the_store(bench: Bench) -> None:
    """The fake refuses a trigger_id after three seconds, as Slack does."""
    boss, channel = boss_in_channel(bench.server)
    bench.door.store_up.clear()
    began = time.monotonic()
    modal = await form_of(bench, boss, channel, "persona set")
    assert time.monotonic() - began < 2.5
    assert "initial_value" not in modal.view["blocks"][1]["element"]


async def test_long_texts_are_asked_for_in_a_form(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    bench.door.prefilled = {"instructions": "You were Ada."}
    modal = await form_of(bench, boss, channel, "persona set Ada")
    (field,) = (block["element"] for block in modal.view["blocks"])
    assert (field["multiline"], field["max_length"], field["initial_value"]) == (True, 3_000, "You were Ada.")
    sent = await bench.server.submit_view(boss, modal, {"instructions": "You are Ada.\n`1 < 2`"})
    assert acknowledged_after(sent) < 1.0
    assert modal.closed
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    (call,) = bench.door.calls
    assert (call.name, call.args) == ("persona set", {"name": "Ada", "instructions": "You are Ada.\n`1 < 2`"})
    assert (call.author.authority, call.conversation.channel, whisper.user) == (Authority.ADMIN, channel.id, boss.id)


async def test_a_form_that_was_cancelled_orders_nothing(bench: Bench) -> None:
    boss, channel = boss_in_channel(bench.server)
    modal = await form_of(bench, boss, channel, "persona set")
    await bench.server.close_view(boss, modal)
    assert bench.door.calls == []


async def test_a_form_that_slack_does_not_open_is_explained(bench: Bench) -> None:
    bench.server.faults.add(match=("POST", "views.open"), fault=Fault(status=500))
    boss, channel = boss_in_channel(bench.server)
    await bench.server.slash(boss, channel, "/parley", "persona set")
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert whisper.text == "I could not open the form in time. Please send the command again."


async def test_an_expired_response_url_is_replaced_by_an_ephemeral_message(bench: Bench) -> None:
    bench.server.faults.add(match=("POST", "/response/"), fault=Fault(status=404, body={"ok": False, "error": "expired_url"}))
    boss, channel = boss_in_channel(bench.server)
    await bench.server.slash(boss, channel, "/parley", "usage")
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert (whisper.via, whisper.user) == ("postEphemeral", boss.id)


async def test_closing_waits_for_an_order_in_work(server: SlackServer) -> None:
    server.faults.add(match=("POST", "/response/"), fault=Fault(delay=0.3))
    boss, channel = boss_in_channel(server)
    async with opened(server) as bench:
        await server.slash(boss, channel, "/parley", "usage")
        assert server.whispers == []
    assert [call.name for call in bench.door.calls] == ["usage"]
    assert len(server.whispers) == 1


async def test_the_messages_tab_offers_beginnings(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    assert (await bench.server.opens_home(asha, "home")).acknowledged
    assert (await bench.server.opens_home(asha)).acknowledged
    (offer,) = await bench.server.wait_for(lambda: bench.server.world.prompts)
    assert offer["channel_id"] == bench.server.world.dm(asha, bench.server.team).id
    assert 1 <= len(offer["prompts"]) <= 4
    assert "thread_ts" not in offer


async def test_a_command_may_speak_of_a_payload(bench: Bench) -> None:
    """Bolt's own parser takes the word for the field of that name and drops everything."""
    boss, channel = boss_in_channel(bench.server)
    order = await bench.server.slash(boss, channel, "/parley", "persona set Ada Explain what a payload is.")
    assert order.acknowledged
    await bench.server.wait_for(lambda: bench.door.calls)
    assert bench.door.calls[0].args["instructions"] == "Explain what a payload is."


async def test_a_defect_behind_the_door_is_told(server: SlackServer) -> None:
    boss, channel = boss_in_channel(server)
    async with opened(server) as bench:
        bench.door.broken = True
        await server.slash(boss, channel, "/parley", "usage")
        (whisper,) = await server.wait_for(lambda: server.whispers)
    assert whisper.text == "Something went wrong on my side. Please try again in a moment."
