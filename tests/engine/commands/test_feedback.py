"""`feedback`: how the answers were rated, and the reasons, without names."""

from dataclasses import replace
from typing import Any

import pytest

from bot.commands.feedback import FEEDBACK, NOTHING, REASON_LIMIT, REASONS
from bot.commands.reading import read
from bot.commands.text import FOR_YOU_ALONE, TextOrders, as_text
from bot.feedback.ratings import MOST, Rating
from bot.vocabulary.conversation import Author, Authority, ConversationKey
from tests.engine.commands.conftest import Office
from tests.engine.samples import ADA, ADMIN, CHANNEL, DIRECT, SLACK_DIRECT, call, inbound

AT = 1_800_000_000.0  # 2027-01-15 UTC
RATING = Rating("turn", CHANNEL, "ada-the-author", True, "", "assistant", "small", AT)


async def rate(office: Office, *, good: bool, reason: str = "", **more: Any) -> None:
    await office.ratings.rate(replace(RATING, good=good, reason=reason, **more))


async def order(office: Office) -> str:
    return as_text(await office.registry.run(call("feedback")))


async def test_nothing_yet(office: Office) -> None:
    assert await order(office) == NOTHING


async def test_thumbs_are_counted_by_persona_and_model(office: Office) -> None:
    for number, (persona, good) in enumerate([("tutor", True), ("tutor", True), ("tutor", False), ("assistant", False)]):
        await rate(office, good=good, turn=str(number), persona=persona)
    said = await order(office)
    assert said.splitlines()[0] == "2 👍 and 2 👎 on this server."
    table = [line.split() for line in said.split("```")[1].strip().splitlines()]
    assert table == [["persona", "model", "👍", "👎"], ["tutor", "small", "2", "1"], ["assistant", "small", "0", "1"]]
    assert "reasons" not in said


async def test_the_last_reasons_are_listed_newest_first_without_names(office: Office) -> None:
    await rate(office, good=False, reason="It was wrong.\nAnd rude.")
    await rate(office, good=True, reason="Helped me.", turn="other", at=AT + 86_400)
    await rate(office, good=True, turn="third", at=AT + 90_000)
    said = await order(office)
    assert said.splitlines()[1:4] == [
        "The last reasons that were given:",
        "- 👍 2027-01-16, `assistant` on `small`: `Helped me.`",
        "- 👎 2027-01-15, `assistant` on `small`: `It was wrong. And rude.`",
    ]
    assert "ada" not in said


async def test_only_the_newest_reasons_are_shown(office: Office) -> None:
    for number in range(REASONS + 2):
        await rate(office, good=False, reason=f"reason {number}.", turn=str(number), at=AT + number)
    said = await order(office)
    shown = [line.split("`")[-2] for line in said.splitlines() if line.startswith("- ")]
    assert shown == [f"reason {number}." for number in reversed(range(2, REASONS + 2))]


async def test_when_the_store_is_full_it_says_so(office: Office) -> None:
    for number in range(MOST):
        await rate(office, good=True, turn=str(number))
    assert (await order(office)).splitlines()[0] == "1,000 👍 and 0 👎 on this server. These are the newest I keep."


async def test_words_of_strangers_stay_code(office: Office) -> None:
    await rate(office, good=False, reason="``` <@1> @everyone\n# x `y` \u202e" + "z" * 900, model="``` `m`", persona="a\nb")
    said = await order(office)
    line = next(line for line in said.splitlines() if line.startswith("- "))
    assert line.startswith("- 👎 2027-01-15, `a b` on `''' 'm'`: `''' <@1> @everyone # x 'y' ")
    assert len(line) <= REASON_LIMIT + 60
    assert line.endswith("z…`")
    assert said.count("```") == 2
    assert "\u202e" not in said


@pytest.mark.parametrize("where", [CHANNEL, SLACK_DIRECT])
async def test_members_do_not_see_it(office: Office, where: ConversationKey) -> None:
    for authority in (Authority.MEMBER, Authority.MODERATOR):
        asked = call("feedback", author=Author("m", "Mo", authority), conversation=where, direct=where is not CHANNEL)
        assert (await office.registry.run(asked)).text == "Only admins of this server can use `feedback` here."


async def test_in_their_own_dm_people_see_their_own(office: Office) -> None:
    await rate(office, good=True)
    await rate(office, good=False, conversation=DIRECT)
    said = await office.registry.run(call("feedback", author=ADA, conversation=DIRECT, direct=True))
    assert said.text == "0 👍 and 1 👎 on this server."


async def test_it_is_private(office: Office) -> None:
    assert (await office.registry.run(call("feedback"))).private
    assert await TextOrders(office.registry).carry_out(inbound("feedback", author=ADMIN)) == FOR_YOU_ALONE


@pytest.mark.parametrize(("text", "args"), [("feedback", {}), ("/feedback", {}), ("feedback on my essay, please", None)])
def test_only_what_fits_exactly_is_an_order(text: str, args: dict[str, str] | None) -> None:
    assert read([FEEDBACK], text) == (None if args is None else ("feedback", args))
