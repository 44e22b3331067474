"""Moderation through the whole engine: nothing that was flagged reaches the model or the history."""

import time
from dataclasses import dataclass

import pytest

from bot.assembly import NO_MODERATION, open_engine
from bot.errors import ModerationUnavailable, SettingsInvalid
from bot.moderation.incidents import Incidents
from bot.vocabulary.conversation import ServerKey
from bot.vocabulary.inbound import Quoted
from bot.vocabulary.reply import Answered, Refused
from tests.fakes.model.server import MODERATIONS, ModelServer
from tests.scenarios.bills import PRICES
from tests.scenarios.house import settings_for
from tests.scenarios.room_platform import NAME, conversation, open_house

BAD = "zorp the glib"


@dataclass(frozen=True)
class Said:
    """A message with something bad in one place of it."""

    where: str
    text: str = "fine weather"
    quoted: Quoted | None = None
    name: str = ""


FLAGGED = (
    Said("text", text=f"please {BAD.upper()} now"),
    Said("quoted text", quoted=Quoted("Bob", f"they said {BAD}")),
    Said("quoted text of ours", quoted=Quoted("Parley", f"I said {BAD}", ours=True)),
    Said("quoted name", quoted=Quoted(BAD, "good morning")),
    Said("display name", name=f"Ada {BAD}"),
)


@pytest.mark.parametrize("keep", [False, True], ids=["text not kept", "text kept"])
@pytest.mark.parametrize("said", FLAGGED, ids=lambda said: said.where)
async def test_what_is_flagged_goes_nowhere(redis_url: str, model: ModelServer, said: Said, keep: bool) -> None:
    model.flags(BAD, category="harassment", score=0.87)
    model.flags(BAD, category="violence", score=0.5)
    began = time.time()
    async with open_house(redis_url, model, moderation=True, moderation_keep_text=keep, **PRICES) as house:
        answer = await house.says(said.text, quoted=said.quoted, name=said.name)
        refusal = "I can't help with that message: it was flagged as harassment, violence. Please rephrase it."
        assert (answer.text, type(answer.outcome)) == (refusal, Refused)
        assert (model.asked, await house.history()) == ([], [])
        assert ((await house.spent()).lines, await house.held()) == ((), {})
        (incident,) = await Incidents(house.store).newest(ServerKey(NAME, "home"))
        assert (incident.author, incident.conversation) == ("ada", conversation())
        assert incident.flagged == ("harassment", "violence")
        assert (incident.scores["harassment"], incident.scores["violence"]) == (0.87, 0.5)
        assert incident.scores["sexual"] < 0.1
        assert began - 1 < incident.at < time.time() + 1
        assert (BAD in incident.text.lower()) is keep
        assert keep or incident.text == ""
        assert (await house.says("fine weather today")).text == "Hello from the model."
        assert BAD not in str(model.asked[0].body).lower()


async def test_incidents_are_kept_apart_by_server(redis_url: str, model: ModelServer) -> None:
    model.flags(BAD, category="hate")
    async with open_house(redis_url, model, moderation=True) as house:
        await house.says(BAD, by="eve", server="away")
        incidents = Incidents(house.store)
        assert [incident.author for incident in await incidents.newest(ServerKey(NAME, "away"))] == ["eve"]
        assert await incidents.newest(ServerKey(NAME, "home")) == ()


@pytest.mark.parametrize("fault", [500, 429, 404, None], ids=["500", "429", "404", "stall"])
@pytest.mark.parametrize("policy", ["block", "allow"])
async def test_an_endpoint_that_is_away(redis_url: str, model: ModelServer, policy: str, fault: int | None) -> None:
    async with open_house(redis_url, model, moderation=True, moderation_on_error=policy, moderation_timeout=0.3) as house:
        if fault is None:
            model.stall(at="moderations", after=0, times=None)
        else:
            model.status(fault, at="moderations", times=None)
        answer = await house.says("fine weather")
        if policy == "block":
            assert (answer.text, type(answer.outcome)) == (ModerationUnavailable.user_text, Refused)
            assert (model.asked, await house.history()) == ([], [])
        else:
            assert (answer.text, type(answer.outcome)) == ("Hello from the model.", Answered)
        model.clear()
        model.released.set()
        assert (await house.says("and now?")).text == "Hello from the model."


async def test_switched_off_it_asks_nothing(redis_url: str, model: ModelServer) -> None:
    model.flags(BAD, category="hate")
    model.moderation_absent()
    async with open_house(redis_url, model, moderation=False) as house:
        assert (await house.says(BAD)).text == "Hello from the model."
    assert model.sent(MODERATIONS) == []


async def test_a_platform_does_not_start_against_an_endpoint_without_moderation(redis_url: str, model: ModelServer) -> None:
    model.moderation_absent()
    with pytest.raises(SettingsInvalid) as raised:
        async with open_engine(settings_for(redis_url, model)):
            pass
    assert str(raised.value) == NO_MODERATION
    assert "MODERATION_BASE_URL" in NO_MODERATION
    assert "MODERATION=off" in NO_MODERATION


async def test_a_terminal_starts_there(redis_url: str, model: ModelServer) -> None:
    model.moderation_absent()
    async with open_house(redis_url, model, moderation=True, local=True, moderation_on_error="allow") as house:
        assert (await house.says("hello")).text == "Hello from the model."


async def test_an_endpoint_that_is_merely_away_at_the_start_does_not_hold_it_up(redis_url: str, model: ModelServer) -> None:
    model.status(500, at="moderations", times=None)
    async with open_house(redis_url, model, moderation=True, local=False, moderation_timeout=0.2) as house:
        assert (await house.says("hello")).text == ModerationUnavailable.user_text
        model.clear()
        assert (await house.says("hello")).text == "Hello from the model."


async def test_another_endpoint_may_do_it(redis_url: str, model: ModelServer) -> None:
    async with ModelServer() as other:
        other.flags(BAD, category="hate")
        model.moderation_absent()
        async with open_house(
            redis_url, model, moderation=True, moderation_base_url=other.base_url, moderation_model="strict-one"
        ) as house:
            assert "flagged as hate" in (await house.says(BAD)).text
            assert (await house.says("fine weather")).text == "Hello from the model."
        assert [request.body["model"] for request in other.sent(MODERATIONS)] == ["strict-one"] * 2
        assert model.sent(MODERATIONS) == []
    other.assert_clean()


@pytest.mark.parametrize("instructions", [f"Always {BAD}.", f"Be kind.\n{BAD}"])
async def test_own_instructions_pass_it_too(redis_url: str, model: ModelServer, instructions: str) -> None:
    model.flags(BAD, category="hate")
    async with open_house(redis_url, model, moderation=True) as house:
        assert "flagged as hate" in await house.orders("persona set", {"instructions": instructions})
        await house.says("hello")
        assert BAD not in model.asked[0].system
        (incident,) = await Incidents(house.store).newest(ServerKey(NAME, "home"))
        assert incident.author == "root"
