"""SIGKILL where Slack differs: a post is found again by its metadata, an edit is repeated, and nothing is in the thread twice."""

from pathlib import Path

import pytest

from bot.store.connection import Store
from bot.vocabulary.conversation import ConversationKey
from tests.fakes.server import Fault
from tests.fakes.slack.workspace import Channel, Message
from tests.kills.afterwards import Afterwards
from tests.kills.victim import victim
from tests.scenarios.bills import BILLED, PAID, PRICES
from tests.scenarios.slack_house import Acme

SETTINGS = {"openai_max_tokens": 1000, **PRICES}
MORTAL = {"lease_seconds": 1.0, **SETTINGS}
HEIR = {"lease_seconds": 2.0, **SETTINGS}
FIRST, SECOND = "The first answer.", "The second answer."
STEPS = ("announced", "posted", "placed", "answered", "remembered", "settled")
"""Those between which something was asked of Slack; what lies between the others is the same on every platform."""

ONCE_A_MINUTE = Fault(status=429, retry_after=60)
"""What apps are told that may read a thread once a minute, after somebody else's look."""
LOOKS = {"announced": 2, "posted": 2}
"""How often the thread is read; the first look after "posted" is refused, and the turn waits as long as Slack says."""


def conversation(acme: Acme, channel: Channel, root: Message) -> ConversationKey:
    return ConversationKey("slack", acme.slack.team.id, channel.id, root.ts)


@pytest.mark.parametrize("step", STEPS)
async def test_killed_there_the_message_is_answered_once_in_its_thread(acme: Acme, store: Store, tmp_path: Path, step: str) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.answers(lambda request: SECOND if "again" in request.last_user else FIRST, manner=BILLED)
    async with victim(acme.settings(**MORTAL), tmp_path, step=step, platform="slack") as dead:
        root = await acme.asks(asha, general, "hello")
        await dead.dies()
    passed = STEPS.index(step)
    assert len(acme.model.asked) == (passed >= STEPS.index("answered"))
    assert len(acme.slack.from_bot(general)) == (passed >= STEPS.index("posted"))
    afterwards = Afterwards(conversation(acme, general, root), store)
    if step == "posted":
        acme.slack.faults.add(match=("*", "conversations.replies"), fault=ONCE_A_MINUTE)
    async with acme.parley(**HEIR):
        await acme.reads(general, FIRST, under=root, within=20.0)
        await afterwards.answered(1)
        await acme.says(asha, general, "again", under=root)
        await acme.reads(general, FIRST, SECOND, under=root)
    assert len(acme.slack.from_bot(general)) == 2, "a message was posted that had to be deleted"
    assert len(acme.slack.calls("conversations.replies")) == LOOKS.get(step, 0)
    assert len(acme.model.asked) == (3 if step == "answered" else 2)
    assert [answer for _, answer in await afterwards.history()] == [FIRST, SECOND]
    assert (await afterwards.holds(), await afterwards.spent()) == ({}, (PAID * len(acme.model.bills), 0))
    await afterwards.is_clean(turns=2)
