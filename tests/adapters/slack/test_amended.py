"""What people edit or delete, over both transports."""

from typing import cast

import pytest

from adapters.rendering.pace import Pace
from adapters.slack.amended import amended_from
from adapters.slack.directory import Directory
from adapters.slack.payloads import MessageEvent
from bot.clock import SystemClock
from bot.vocabulary.conversation import ConversationKey
from bot.vocabulary.inbound import Amended
from tests.adapters.slack.conftest import Bench, opened
from tests.adapters.slack.payloads import CHANGED, DELETED
from tests.adapters.slack.test_answers import outlet_for
from tests.fakes.slack.server import SlackServer


async def test_an_edited_question_is_told_as_it_reads_now(bench: Bench) -> None:
    asha, ben = bench.server.add_user("asha"), bench.server.add_user("ben", display_name="Ben")
    channel = bench.server.add_channel("general", members=[asha, ben])
    message = await bench.server.says(asha, channel, bench.mention("is 1 &lt; 2?"))
    await bench.server.edits(message, bench.mention(f"is 2 &lt; 1, <@{ben.id}>?"))
    (asked,) = bench.door.joined
    (amended,) = bench.door.amendments
    assert (amended.id, amended.conversation, amended.exclusive) == (asked.id, asked.conversation, asked.exclusive)
    assert (amended.text, amended.stamp) == ("is 2 < 1, @Ben?", message.edited_ts)


async def test_an_edit_may_take_our_name_away(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    message = await bench.server.says(asha, channel, bench.mention("hello"))
    await bench.server.edits(message, "hello everybody")
    assert [amended.text for amended in bench.door.amendments] == ["hello everybody"]


async def test_a_message_in_a_thread_has_the_conversation_of_the_thread(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    root = await bench.server.says(asha, channel, bench.mention("hello"))
    reply = await bench.server.says(asha, channel, "and this?", thread_ts=root.ts)
    await bench.server.edits(reply, "and that?")
    await bench.server.deletes(reply)
    edited, deleted = bench.door.amendments
    assert edited.conversation == deleted.conversation == bench.door.joined[0].conversation
    assert edited.id == deleted.id == f"{bench.server.team.id}:{channel.id}:{reply.ts}"
    assert (edited.text, deleted.text) == ("and that?", None)


@pytest.mark.parametrize("answered", [True, False])
async def test_a_deleted_question_is_told_whether_or_not_it_was_answered(bench: Bench, answered: bool) -> None:
    """Slack leaves a stone where a message had replies, and calls that an edit."""
    asha = bench.server.add_user("asha")
    dm = bench.server.world.dm(asha, bench.server.team)
    message = await bench.server.says(asha, dm, "hello")
    if answered:
        await outlet_for(bench, dm, message).post("Hi.", nonce="n-1", after=None)
    await bench.server.deletes(message)
    await bench.server.delivered()
    (amended,) = bench.door.amendments
    assert (amended.id, amended.text) == (bench.door.joined[0].id, None)
    assert amended.stamp


async def test_what_was_never_for_us_and_what_is_no_edit_of_a_person_is_nothing(bench: Bench) -> None:
    server = bench.server
    asha, robot = server.add_user("asha"), server.add_user("robot", bot=True)
    channel = server.add_channel("general", members=[asha, robot])
    chatter = await server.says(asha, channel, "to nobody")
    await server.edits(chatter, bench.mention("now to you"))
    await server.deletes(await server.says(asha, channel, "to nobody either"))
    machine = await server.says(robot, channel, bench.mention("beep"))
    await server.edits(machine, bench.mention("boop"))
    question = await server.says(asha, channel, bench.mention("see https://x.example"))
    outlet = outlet_for(bench, channel, question)
    ours = await outlet.post("…", nonce="n-1", after=None)
    await outlet.edit(ours, "Hello.")
    await bench.platform.remove(ours)
    preview = server.herald.before(question)
    server.herald.edited(question, preview)  # Slack put a preview of the link under it
    await server.delivered()
    assert bench.door.amendments == []
    assert all(delivery.acknowledged for delivery in server.post.deliveries)


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_without_the_store_slack_tells_it_again(server: SlackServer, mode: str) -> None:
    server.post.ack_timeout = 0.2
    async with opened(server, mode=mode) as bench:
        asha = server.add_user("asha")
        dm = server.world.dm(asha, server.team)
        message = await server.says(asha, dm, "hello")
        bench.door.down = True
        await server.edits(message, "hello there")
        bench.door.down = False
        await server.delivered()
        assert {amended.text for amended in bench.door.amendments} == {"hello there"}
        assert len(server.post.deliveries[-1].attempts) > 1


@pytest.mark.parametrize("event", [CHANGED, DELETED, {**CHANGED, "message": {}}, {**DELETED, "previous_message": {}}])
async def test_what_slack_tells_in_part_is_nothing(server: SlackServer, event: MessageEvent) -> None:
    """The samples in Slack's documents do not say what stood there before."""
    async with opened(server) as bench:
        directory = Directory(bench.platform.client, bench.slack.workspace, admins=(), clock=SystemClock(), pace=Pace(SystemClock()))
        assert await amended_from(event, workspace=bench.slack.workspace, directory=directory) is None


@pytest.mark.parametrize(("now", "told"), [("two", "two"), ("one", None)])
async def test_the_moment_is_the_edits_and_what_slack_adds_later_is_none(server: SlackServer, now: str, told: str | None) -> None:
    async with opened(server) as bench:
        directory = Directory(bench.platform.client, bench.slack.workspace, admins=(), clock=SystemClock(), pace=Pace(SystemClock()))
        said: dict[str, object] = {"type": "message", "user": "U1", "text": "one", "ts": "5.1"}
        event: dict[str, object] = {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im", "ts": "9.1"}
        event |= {"previous_message": said, "message": {**said, "text": now, "edited": {"user": "U1", "ts": "9.0"}}}
        amended = await amended_from(cast("MessageEvent", event), workspace=bench.slack.workspace, directory=directory)
    team = server.team.id
    assert amended == (Amended(f"{team}:D1:5.1", ConversationKey("slack", team, "D1", "5.1"), True, told, "9.0") if told else None)
