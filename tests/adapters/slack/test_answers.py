"""Answers out: in the thread, growing, inert, once."""

import asyncio
import re

import pytest

from adapters.slack.markup import unescaped
from adapters.slack.outlet import SlackOutlet
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import Answered, Placeholder, ReplyAddress
from tests.adapters.slack.conftest import Bench, opened
from tests.adapters.slack.doors import Journal, answering
from tests.fakes.server import Fault
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, Message


async def asked_in_channel(bench: Bench, text: str = "hello") -> tuple[Channel, Message]:
    """A mention by somebody new in a new channel."""
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    return channel, await bench.server.says(asha, channel, bench.mention(text))


def outlet_for(bench: Bench, channel: Channel, root: Message) -> SlackOutlet:
    data = {"team": bench.server.team.id, "channel": channel.id, "thread": root.ts, "ts": root.ts, "user": root.user}
    return SlackOutlet(bench.platform.client, ReplyAddress("slack", data), thinking=bench.platform.thinking)


async def test_pain_17_the_answer_is_in_the_thread_and_grows_there(bench: Bench) -> None:
    async def until_seen() -> None:
        seen = len(bench.server.calls("chat.update"))
        await bench.server.wait_for(lambda: len(bench.server.calls("chat.update")) > seen)

    bench.door.answer = answering(bench.platform, "Rain", " falls.", between=until_seen)
    channel, root = await asked_in_channel(bench)
    await bench.door.turns()
    (answer,) = bench.server.from_bot(channel)
    assert answer.thread_ts == root.ts
    assert [version.text for version in answer.versions][-1] == "Rain falls."
    assert len(answer.versions) >= 3
    assert all("Rain falls.".startswith(version.text) for version in answer.versions[1:-1] if version.text.startswith("Rain"))
    assert (answer.unfurl_links, answer.unfurl_media) == (False, False)


async def test_a_mention_inside_a_thread_is_answered_there(bench: Bench) -> None:
    bench.door.answer = answering(bench.platform, "yes")
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    root = await bench.server.says(asha, channel, "a beginning")
    await bench.server.says(asha, channel, bench.mention("are you there?"), thread_ts=root.ts)
    await bench.door.turns()
    (answer,) = bench.server.from_bot(channel)
    assert (answer.thread_ts, answer.text) == (root.ts, "yes")


async def test_pain_24_generated_mentions_are_inert(bench: Bench) -> None:
    hostile = "<!channel> <!here> <@U1> <#C1> <https://evil.example|your bank> <!subteam^S1> & done"
    bench.door.answer = answering(bench.platform, hostile)
    channel, _ = await asked_in_channel(bench)
    await bench.door.turns()
    (answer,) = bench.server.from_bot(channel)
    shown = [version.text for version in answer.versions] + [call["text"] for call in bench.server.calls("chat.update")]
    assert not [text for text in shown if re.search(r"<[@#!]|<[^<>]*\|[^<>]*>", text)]
    assert answer.text.startswith("<\u200b!channel> <\u200b!here> <\u200b@U1>")
    assert answer.text.replace("\u200b", "").replace("<<https://evil.example>|", "<https://evil.example|") == hostile
    assert unescaped(answer.spoken).startswith("<\u200b!channel> <\u200b!here>")


async def test_a_post_of_unknown_fate_is_looked_up_and_not_doubled(bench: Bench) -> None:
    bench.server.faults.add(match=("POST", "chat.postMessage"), fault=Fault(drop_after=True))
    bench.door.answer = answering(bench.platform, "once")
    channel, _ = await asked_in_channel(bench)
    await bench.door.turns()
    (answer,) = bench.server.from_bot(channel)
    assert answer.text == "once"
    assert len(bench.server.calls("chat.postMessage")) == 1
    assert len(bench.server.calls("conversations.replies")) == 1


async def test_a_post_that_never_arrived_is_repeated(bench: Bench) -> None:
    bench.server.faults.add(match=("POST", "chat.postMessage"), fault=Fault(drop_before=True))
    bench.door.answer = answering(bench.platform, "once")
    channel, _ = await asked_in_channel(bench)
    await bench.door.turns()
    assert [message.text for message in bench.server.from_bot(channel)] == ["once"]


async def test_a_post_is_found_far_down_a_thread(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    outlet = outlet_for(bench, channel, root)
    asha = bench.server.world.users[root.user]
    for number in range(20):
        await bench.server.says(asha, channel, f"chatter {number}", thread_ts=root.ts)
    stands = await outlet.post("here", nonce="n-1", after=None)
    assert await outlet.find("n-1") == stands
    assert await outlet.find("n-2") is None


async def test_a_look_up_that_was_cut_short_goes_on_where_it_was(bench: Bench) -> None:
    """An app that may read one page a minute would otherwise read the first page for ever."""
    channel, root = await asked_in_channel(bench)
    outlet = outlet_for(bench, channel, root)
    asha = bench.server.world.users[root.user]
    for number in range(40):
        await bench.server.says(asha, channel, f"chatter {number}", thread_ts=root.ts)
    stands = await outlet.post("here", nonce="n-1", after=None)
    for pages in (1, 2):
        bench.server.limits.per_minute["conversations.replies"] = pages
        with pytest.raises(PlatformUnavailable) as limited:
            await outlet.find("n-1")
        assert limited.value.retry_after
    bench.server.limits.per_minute["conversations.replies"] = 3
    assert await outlet.find("n-1") == stands
    bench.server.limits.per_minute["conversations.replies"] = 6
    assert await outlet.find("n-1") == stands, "a look-up that came to its end begins anew"


async def test_what_stands_is_read_among_all_that_is_said_in_the_thread(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    asha = bench.server.world.users[root.user]
    stands = await outlet_for(bench, channel, root).post("…", nonce="n-1", after=None)
    for number in range(20):
        await bench.server.says(asha, channel, f"chatter {number}", thread_ts=root.ts)
    reader = outlet_for(bench, channel, root)
    await reader.edit(stands, "if a &lt; b &amp; *c*")
    assert await reader.read(stands) == "if a &lt; b &amp; *c*"
    await bench.platform.remove(stands)
    with pytest.raises(PlatformRefused):
        await reader.read(stands)


async def test_editing_keeps_the_nonce_and_deleting_twice_is_fine(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    outlet = outlet_for(bench, channel, root)
    stands = await outlet.post("…", nonce="n-1", after=None)
    await outlet.edit(stands, "more")
    assert await outlet.find("n-1") == stands
    await bench.platform.remove(stands)
    await bench.platform.remove(stands)
    assert [message.deleted for message in bench.server.from_bot(channel)] == [True]


async def test_a_stream_that_nobody_ended_is_ended_before_it_is_deleted(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    stands = await outlet_for(bench, channel, root).post("…", nonce="n-1", after=None)
    bench.server.world.refusals["chat.delete", 0] = "streaming_state_conflict"
    await bench.platform.remove(stands)
    assert [message.deleted for message in bench.server.from_bot(channel)] == [True]
    assert len(bench.server.calls("chat.stopStream")) == 1


@pytest.mark.parametrize(
    ("fault", "error", "retry_after"),
    [
        (Fault(status=429, retry_after=7), PlatformUnavailable, 7.0),
        (Fault(status=503), PlatformUnavailable, None),
        (Fault(status=500, body="<html>oops</html>"), PlatformUnavailable, None),
        (Fault(status=200, body="<html>a proxy</html>"), PlatformUnavailable, None),
        (Fault(status=200, body="a proxy", headers={"Content-Type": "text/plain"}), PlatformUnavailable, None),
        (Fault(drop_before=True), PlatformUnavailable, None),
        (Fault(status=200, body={"ok": False, "error": "fatal_error"}), PlatformUnavailable, None),
        *(
            (Fault(status=200, body={"ok": False, "error": code}), PlatformRefused, None)
            for code in (
                "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "message_not_found",
                "cant_update_message", "edit_window_closed", "invalid_auth",
            )
        ),
    ],
)  # fmt: skip
async def test_what_slack_refuses_and_what_may_pass(
    server: SlackServer, fault: Fault, error: type[Exception], retry_after: float | None
) -> None:
    async with opened(server) as bench:
        channel, root = await asked_in_channel(bench)
        outlet = outlet_for(bench, channel, root)
        stands = await outlet.post("…", nonce="n-1", after=None)
        server.faults.add(match=("POST", "chat.update"), fault=fault)
        with pytest.raises(error) as caught:
            await outlet.edit(stands, "more")
        assert getattr(caught.value, "retry_after", None) == retry_after
        assert len(server.calls("chat.update")) == 1


async def test_the_thinking_status_goes_before_the_placeholder_comes(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    dm = bench.server.world.dm(asha, bench.server.team)
    shown = asyncio.Event()

    async def later(inbound: object) -> None:
        await bench.server.wait_for(lambda: bench.server.world.statuses)
        shown.set()

    bench.door.answer = later
    root = await bench.server.says(asha, dm, "hello")
    await shown.wait()
    assert bench.server.world.statuses[dm.id, root.ts] == ["is thinking…"]


async def test_a_status_that_the_placeholder_overtook_is_taken_back(bench: Bench) -> None:
    """Slack would show it for two minutes more."""
    bench.server.faults.add(match=("POST", "setStatus"), fault=Fault(delay=0.3))
    asha = bench.server.add_user("asha")
    dm = bench.server.world.dm(asha, bench.server.team)

    async def once_the_status_is_under_way(inbound: object) -> None:
        await bench.server.wait_for(lambda: bench.server.calls("assistant.threads.setStatus"))
        await outlet_for(bench, dm, bench.server.messages(dm)[0]).post("…", nonce="n-1", after=None)

    bench.door.answer = once_the_status_is_under_way
    root = await bench.server.says(asha, dm, "hello")
    await bench.server.wait_for(lambda: len(bench.server.world.statuses.get((dm.id, root.ts), [])) == 2)
    assert bench.server.world.statuses[dm.id, root.ts] == ["is thinking…", ""]


async def test_a_refused_status_harms_nothing(bench: Bench) -> None:
    bench.server.faults.add(match=("POST", "setStatus"), fault=Fault(status=200, body={"ok": False, "error": "not_allowed"}))
    bench.door.answer = answering(bench.platform, "yes")
    asha = bench.server.add_user("asha")
    dm = bench.server.world.dm(asha, bench.server.team)
    await bench.server.says(asha, dm, "hello")
    await bench.door.turns()
    assert [message.text for message in bench.server.from_bot(dm)] == ["yes"]


async def test_files_are_refused_in_plain_words(bench: Bench) -> None:
    with pytest.raises(PlatformRefused) as caught:
        await bench.platform.fetch(Attachment("F1", "a.txt", "text/plain", 3))
    assert caught.value.user_text == "I cannot read files here yet."


async def test_another_process_goes_on_in_the_same_message(bench: Bench) -> None:
    """All that it needs is in the address and the placeholder."""
    channel, root = await asked_in_channel(bench)
    outlet = outlet_for(bench, channel, root)
    stands = await outlet.post("…", nonce="n-1", after=None)
    data = dict(bench.door.joined[0].address.data)
    other: Platform = bench.platform
    surface = other.surface(ReplyAddress("slack", data), log=Journal("other"), resume=[Placeholder("slack", dict(stands.data))], pending="")
    await surface.open()
    await surface.settle(Answered("taken over"))
    assert [message.text for message in bench.server.from_bot(channel)] == ["taken over"]


async def test_a_status_is_not_begun_when_the_placeholder_was_first(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    await outlet_for(bench, channel, root).post("…", nonce="n-1", after=None)
    bench.platform.thinking.begin(bench.door.joined[0].address.data)
    await bench.platform.thinking.aclose()
    assert bench.server.calls("assistant.threads.setStatus") == []


async def test_a_long_answer_goes_on_in_the_thread_within_slacks_count(bench: Bench) -> None:
    long = " ".join(f"a<{number}" for number in range(1_900))
    bench.door.answer = answering(bench.platform, long)
    channel, root = await asked_in_channel(bench)
    await bench.door.turns()
    answers = bench.server.from_bot(channel, thread_ts=root.ts)
    assert len(answers) == 2
    assert max(len(message.spoken) for message in answers) <= 4_000
    assert " ".join(message.text for message in answers).split() == long.split()
