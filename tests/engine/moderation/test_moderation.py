"""The policy: what is flagged is refused and recorded; what cannot be checked is blocked or let through, as set."""

import pytest

from bot.errors import MessageFlagged, ModerationAbsent, ModerationUnavailable
from bot.moderation.endpoint import ModerationEndpoint
from bot.moderation.incidents import KEPT, Incident, Incidents
from bot.moderation.moderation import Moderation
from bot.vocabulary.conversation import ServerKey
from tests.engine.samples import CHANNEL, THREAD
from tests.fakes.clock import VirtualClock
from tests.fakes.model.server import ModelServer


def policy(endpoint: ModerationEndpoint | None, incidents: Incidents, *, block: bool = True, keep_text: bool = False) -> Moderation:
    return Moderation(endpoint, incidents, clock=VirtualClock(), block_on_error=block, keep_text=keep_text)


async def check(moderation: Moderation, *texts: str) -> None:
    await moderation.check(texts, conversation=THREAD, author="ada")


async def test_clean_texts_pass_and_leave_no_record(endpoint: ModerationEndpoint, incidents: Incidents) -> None:
    await check(policy(endpoint, incidents), "hello", "world")
    assert await incidents.newest(THREAD.server_key) == ()


@pytest.mark.parametrize("keep_text", [False, True])
async def test_a_flagged_text_is_refused_by_its_kind_and_recorded(
    server: ModelServer, endpoint: ModerationEndpoint, incidents: Incidents, keep_text: bool
) -> None:
    server.flags("kill", category="violence/graphic", score=0.75)
    with pytest.raises(MessageFlagged) as flagged:
        await check(policy(endpoint, incidents, keep_text=keep_text), "hello", "I kill you")
    assert flagged.value.kinds == ("violence/graphic",)
    assert "violence/graphic" in flagged.value.user_text
    assert "kill" not in f"{flagged.value} {flagged.value.user_text}"
    (incident,) = await incidents.newest(THREAD.server_key)
    assert (incident.at, incident.conversation, incident.author) == (VirtualClock().now(), THREAD, "ada")
    assert (incident.flagged, incident.scores["violence/graphic"]) == (("violence/graphic",), 0.75)
    assert incident.text == ("hello\nI kill you" if keep_text else "")


async def test_switched_off_nothing_is_asked_and_nothing_recorded(server: ModelServer, incidents: Incidents) -> None:
    server.flags("kill", category="violence")
    await check(policy(None, incidents), "I kill you")
    await policy(None, incidents).try_out()
    assert (server.requests, await incidents.newest(THREAD.server_key)) == ([], ())


async def test_empty_texts_are_not_sent(server: ModelServer, endpoint: ModerationEndpoint, incidents: Incidents) -> None:
    moderation = policy(endpoint, incidents)
    await check(moderation, "", " \n")
    assert server.requests == []
    await check(moderation, "", "word")
    assert server.requests[0].body["input"] == ["word"]


@pytest.mark.parametrize("fault", ["absent", "html", "status", "away"])
async def test_when_it_cannot_be_asked_the_setting_decides(
    server: ModelServer, endpoint: ModerationEndpoint, incidents: Incidents, fault: str
) -> None:
    if fault == "absent":
        server.moderation_absent()
    elif fault == "html":
        server.html(at="moderations", times=None)
    elif fault == "status":
        server.status(401, at="moderations", times=None)
    else:
        await server.stop()
    with pytest.raises(ModerationUnavailable) as blocked:
        await check(policy(endpoint, incidents), "hello")
    assert blocked.value.user_text.startswith("I cannot check messages right now")
    await check(policy(endpoint, incidents, block=False), "hello")
    assert await incidents.newest(THREAD.server_key) == ()


async def test_allowing_on_error_still_refuses_what_is_flagged(
    server: ModelServer, endpoint: ModerationEndpoint, incidents: Incidents
) -> None:
    server.flags("kill", category="violence")
    with pytest.raises(MessageFlagged):
        await check(policy(endpoint, incidents, block=False), "I kill you")


async def test_trying_out_tells_an_endpoint_without_moderation(
    server: ModelServer, endpoint: ModerationEndpoint, incidents: Incidents
) -> None:
    await policy(endpoint, incidents).try_out()
    server.moderation_absent()
    with pytest.raises(ModerationAbsent):
        await policy(endpoint, incidents, block=False).try_out()


async def test_incidents_are_kept_per_server_newest_first_and_bounded(incidents: Incidents) -> None:
    for number in range(KEPT + 5):
        await incidents.record(Incident(float(number), CHANNEL, "ada", ("hate",), {"hate": 1.0}))
    newest = await incidents.newest(CHANNEL.server_key, KEPT * 2)
    assert [incident.at for incident in newest] == [float(number) for number in reversed(range(5, KEPT + 5))]
    assert len(await incidents.newest(CHANNEL.server_key)) == 20
    assert await incidents.newest(ServerKey("discord", "another")) == ()
