"""What stands is read back as it was written, from the blocks that Slack makes of Markdown."""

import pytest

from adapters.slack.outlet import SlackOutlet
from adapters.slack.standing import standing
from bot.errors import PlatformRefused
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import Placeholder, ReplyAddress, Stopped
from tests.adapters.slack.conftest import Bench
from tests.adapters.slack.doors import Journal
from tests.adapters.slack.payloads import Json
from tests.adapters.slack.test_answers import asked_in_channel, outlet_for
from tests.fakes.slack.workspace import Channel, Message


def text(words: str, **style: bool) -> Json:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


def section(*parts: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(parts)}


# docs.slack.dev/reference/block-kit/blocks/rich-text-block, .../header-block, .../table-block and .../divider-block
READ: list[tuple[list[Json], str]] = [
    ([section(text("You "), text("must ", bold=True), text("not", bold=True, italic=True))], "You **must** ***not***"),
    ([section(text("a_b * c"), text(" and "), text("x_*y", code=True))], "a\\_b \\* c and `x_*y`"),
    ([section({"type": "link", "url": "https://x.example/a", "text": "here"})], "[here](<https://x.example/a>) (x.example)"),
    ([section({"type": "link", "url": "https://x.example/a_b"})], "<https://x.example/a_b>"),
    ([section({"type": "emoji", "name": "wave"})], ":wave:"),
    ([section({"type": "user", "user_id": "U1"}, text("<!channel>"))], "\\<\u200b!channel>"),
    (
        [
            section(text("A list:\n")),
            {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [section(text("a")), section(text("b", bold=True))]},
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "elements": [section(text("c"))]},
            {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [section(text("d"))]},
        ],
        "A list:\n\n- a\n- **b**\n  3. c\n- d",
    ),
    ([{"type": "rich_text_preformatted", "language": "py", "elements": [text("x = '*'\n")]}], "```py\nx = '*'\n```"),
    ([{"type": "rich_text_quote", "elements": [text("one\ntwo")]}], "> one\n> two"),
]


@pytest.mark.parametrize(("elements", "shown"), READ)
def test_rich_text_is_read_as_markdown(elements: list[Json], shown: str) -> None:
    assert standing({"text": "…", "blocks": [{"type": "rich_text", "elements": elements}]}) == shown


def test_all_blocks_are_read_in_order() -> None:
    cells = [[{"type": "raw_text", "text": "a|b"}, {"type": "rich_text", "elements": [section(text("c", bold=True))]}]]
    cells.append([{"type": "raw_text", "text": "1"}, {"type": "raw_text", "text": "2"}])
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Tides &amp; moon"}},
        {"type": "rich_text", "elements": [section(text("Words."))]},
        {"type": "divider"},
        {"type": "table", "rows": cells},
        {"type": "image", "image_url": "https://x.example/p.png", "alt_text": "cat"},
        {"type": "actions", "elements": []},
    ]
    table = "| a\\|b | **c** |\n| :-- | :-- |\n| 1 | 2 |"
    assert standing({"blocks": blocks}) == f"# Tides & moon\n\nWords.\n\n---\n\n{table}\n\n[cat](<https://x.example/p.png>) (x.example)"
    assert standing({"text": "as it &lt; was", "blocks": []}) == "as it &lt; was"
    assert standing({}) == ""


async def test_a_stop_keeps_what_a_dead_process_had_written(bench: Bench) -> None:
    channel, root = await asked_in_channel(bench)
    stands = await outlet_for(bench, channel, root).post("# So\n\nfar **good**", nonce="n-1", after=None)
    answer = await _stopped(bench, stands, channel.timeline[stands.data["ts"]])
    assert answer.text == "# So\n\nfar **good**\n\n*Stopped.*"


async def test_a_stop_keeps_what_stands_in_plain_text(bench: Bench) -> None:
    """A reply whose blocks Slack refused goes on as it stands."""
    channel, root = await asked_in_channel(bench)
    bench.server.world.blockless = True
    stands = await outlet_for(bench, channel, root).post("far **good** & more", nonce="n-1", after=None)
    answer = await _stopped(bench, stands, channel.timeline[stands.data["ts"]])
    assert (answer.text, answer.blocks) == ("far *good* &amp; more\n\n_Stopped._", [])


async def _stopped(bench: Bench, stands: Placeholder, answer: Message) -> Message:
    other: Platform = bench.platform
    address = ReplyAddress("slack", dict(bench.door.joined[0].address.data))
    surface = other.surface(address, log=Journal("other"), resume=[stands], pending="")
    await surface.settle(Stopped(""))
    return answer


async def test_a_stream_that_a_dead_process_left_open_is_ended_and_written(bench: Bench) -> None:
    channel, root, outlet, stands = await _streaming(bench)
    await outlet.edit(stands, "All **of** it.")
    (answer,) = bench.server.from_bot(channel, thread_ts=root)
    assert (answer.text, answer.streaming) == ("All **of** it.", False)
    assert len(bench.server.calls("chat.stopStream")) == 1


async def test_a_stream_that_ends_meanwhile_is_no_reason_to_fail(bench: Bench) -> None:
    channel, root, outlet, stands = await _streaming(bench)
    bench.server.world.refusals["chat.update", 0] = "streaming_state_conflict"
    bench.server.from_bot(channel)[0].streaming = False
    await outlet.edit(stands, "All of it.")
    assert [message.text for message in bench.server.from_bot(channel, thread_ts=root)] == ["All of it."]
    bench.server.world.refusals |= {("chat.update", 2): "streaming_state_conflict", ("chat.update", 3): "streaming_state_conflict"}
    with pytest.raises(PlatformRefused):
        await outlet.edit(stands, "And more.")


async def _streaming(bench: Bench) -> tuple[Channel, str, SlackOutlet, Placeholder]:
    channel, root = await asked_in_channel(bench)
    client, to = bench.platform.client, bench.door.joined[0].address.data
    said = await client.chat_startStream(
        channel=channel.id, thread_ts=root.ts, markdown_text="All", recipient_user_id=to["user"], recipient_team_id=to["user_team"]
    )
    stands = Placeholder("slack", {"team": to["team"], "channel": channel.id, "ts": str(said["ts"])})
    return channel, root.ts, outlet_for(bench, channel, root), stands
