"""Files for people, behind the answer in its thread."""

import pytest

from adapters.rendering.outlet import File
from bot.errors import PlatformRefused, PlatformUnavailable
from bot.vocabulary.reply import Placeholder
from tests.adapters.slack.conftest import Bench, opened
from tests.adapters.slack.test_answers import asked_in_channel, outlet_for
from tests.fakes.server import Fault
from tests.fakes.slack.server import SCOPES, SlackServer

FILES = [File("answer.md", "# Größe\n".encode()), File("table.csv", b"a,b\n1,2\n")]


async def test_files_come_in_one_message_in_the_thread(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    outlet = outlet_for(bench, channel, root)
    stands = await outlet.post("At length.", nonce="n-1", after=None)
    await outlet.attach(FILES, after=stands)
    answer, attached = bench.server.from_bot(channel, thread_ts=root.ts)
    assert answer.text == "At length."
    assert [file["name"] for file in attached.files] == ["answer.md", "table.csv"]
    assert [bench.server.files.contents[file["id"]][1] for file in attached.files] == [file.content for file in FILES]
    assert bench.door.joined == bench.door.joined[:1], "our own file is no message to us"


@pytest.mark.parametrize(
    ("path", "fault", "error"),
    [
        ("files.getUploadURLExternal", Fault(status=429, retry_after=3), PlatformUnavailable),
        ("/upload/", Fault(status=500), PlatformUnavailable),
        ("/upload/", Fault(drop_before=True), PlatformUnavailable),
        ("files.completeUploadExternal", Fault(drop_after=True), PlatformUnavailable),
        ("files.completeUploadExternal", Fault(status=200, body={"ok": False, "error": "channel_not_found"}), PlatformRefused),
    ],
)
async def test_what_goes_wrong_is_told_and_nothing_is_sent_twice(
    server: SlackServer, path: str, fault: Fault, error: type[Exception]
) -> None:
    async with opened(server) as bench:
        channel, root = await asked_in_channel(bench)
        server.faults.add(match=("*", path), fault=fault)
        with pytest.raises(error):
            await outlet_for(bench, channel, root).attach(FILES[:1], after=Placeholder("slack", {"channel": channel.id, "ts": root.ts}))
        assert sum(path in request.path for request in server.requests) == 1


async def test_without_the_scope_it_is_refused() -> None:
    async with SlackServer(scopes=[scope for scope in SCOPES if scope != "files:write"]) as server, opened(server) as bench:
        channel, root = await asked_in_channel(bench)
        with pytest.raises(PlatformRefused):
            await outlet_for(bench, channel, root).attach(FILES, after=Placeholder("slack", {"channel": channel.id, "ts": root.ts}))
