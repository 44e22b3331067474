"""Pain 11 with several processes: the one that writes is killed, and nothing stands half written."""

import asyncio
from pathlib import Path

from tests.kills.victim import victim
from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_pain_11_a_replica_killed_in_mid_answer_is_finished_by_another_in_the_same_message(acme: Acme, tmp_path: Path) -> None:
    """The one that is left already hears the thread: what came meanwhile is answered after it."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Half an", asyncio.Event())
    acme.model.says("The whole answer.")
    acme.model.says("And the next.")
    lease = {"lease_seconds": 2.0}
    async with victim(acme.settings(**lease), tmp_path, platform="slack") as dying:
        acme.slack.transport = dying.address or "socket"
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "Half an", under=root)
        async with acme.replica(**lease) as left:
            acme.reaches(lambda delivery, attempt: left)
            await acme.says(asha, general, "and then?", under=root)
            assert acme.answers(general) == ["Half an"]
            dying.kill()
            await dying.dies()
            await acme.reads(general, "The whole answer.", "And the next.", under=root, within=20.0)
    first, _ = acme.slack.from_bot(general)
    assert not any("…" in version.text for version in first.versions[1:]), "what had come stands until new words are there"
    assert [request.last_user for request in acme.model.asked] == ["asha: hello"] * 2 + ["asha: and then?"]


async def test_pain_11_a_process_whose_connections_are_cut_in_mid_answer_finishes_it(acme: Acme) -> None:
    """The answer goes out by other ways than what people say comes in."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    go = asyncio.Event()
    acme.model.says("Half an", go, " answer.")
    async with acme.replicas():
        root = await acme.asks(asha, general, "hello")
        await acme.reads(general, "Half an", under=root)
        for connection in tuple(acme.slack.sockets.connections):
            acme.slack.sockets.abort(connection)
        go.set()
        await acme.reads(general, "Half an answer.", under=root)
    assert len(acme.slack.from_bot(general)) == len(acme.model.asked) == 1
