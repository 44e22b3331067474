"""What a message may be: empty, with files, too long. The model is asked only where there is something to ask."""

from dataclasses import dataclass

import pytest

from bot.errors import EmptyMessage
from bot.turns.screen import FILES_ONLY, FILES_TOO
from bot.vocabulary.inbound import Attachment, Quoted
from bot.vocabulary.reply import Answered, Refused
from tests.fakes.model.server import MODERATIONS, ModelServer
from tests.scenarios.bills import PRICES
from tests.scenarios.room_platform import open_house

CAT = Attachment("f1", "cat.png", "image/png", 1024)
NOTES = Attachment("f2", "notes.txt", "text/plain", 12)
TOO_LONG = "Your message has 4,001 characters; I read up to 4,000. Please shorten it or send it in parts."
SHORTER = "Your message has 11 characters; I read up to 10. Please shorten it or send it in parts."


@dataclass(frozen=True)
class Said:
    text: str
    files: tuple[Attachment, ...] = ()
    quoted: Quoted | None = None
    most: int = 4000


REFUSED = {
    "empty": (Said(""), EmptyMessage.user_text),
    "blank": (Said(" \n\t\u00a0"), EmptyMessage.user_text),
    "a picture": (Said("", (CAT,)), FILES_ONLY),
    "files and blanks": (Said("  ", (CAT, NOTES)), FILES_ONLY),
    "4,001 characters": (Said("x" * 4001), TOO_LONG),
    "4,001 wide characters": (Said("漢" * 4001), TOO_LONG),
    "one more than is set": (Said("01234567890", most=10), SHORTER),
}

TAKEN = {
    "4,000 characters": (Said("x" * 4000), ""),
    "as many as are set": (Said("0123456789", most=10), ""),
    "text and files": (Said("what is this?", (CAT, NOTES)), f"\n\n_{FILES_TOO}_"),
    "only a quotation": (Said("", quoted=Quoted("Bob", "2 + 2 = 5")), ""),
}


@pytest.mark.parametrize(("said", "reads"), REFUSED.values(), ids=REFUSED)
async def test_what_is_not_asked(redis_url: str, model: ModelServer, said: Said, reads: str) -> None:
    async with open_house(redis_url, model, moderation=True, input_characters=said.most, **PRICES) as house:
        checked = len(model.sent(MODERATIONS))
        answer = await house.says(said.text, attachments=said.files, quoted=said.quoted)
        assert (answer.text, type(answer.outcome)) == (reads, Refused)
        assert (model.asked, len(model.sent(MODERATIONS))) == ([], checked)
        assert (await house.history(), await house.held(), (await house.spent()).lines) == ([], {}, ())
        assert (await house.says("hello")).text == "Hello from the model."


@pytest.mark.parametrize(("said", "note"), TAKEN.values(), ids=TAKEN)
async def test_what_is_asked(redis_url: str, model: ModelServer, said: Said, note: str) -> None:
    async with open_house(redis_url, model, moderation=True, input_characters=said.most) as house:
        answer = await house.says(said.text, attachments=said.files, quoted=said.quoted)
        assert (answer.text, type(answer.outcome)) == (f"Hello from the model.{note}", Answered)
        (kept,) = await house.history()
        assert kept.answer == "Hello from the model."
        quotation = "(in reply to Bob:)\n> 2 + 2 = 5\n\n" if said.quoted else ""
        assert model.asked[0].last_user == f"Ada: {quotation}{said.text}"
