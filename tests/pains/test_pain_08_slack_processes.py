"""Pains 8 and 17 with several processes: a thread is one memory, whichever process hears it, and dies."""

from pathlib import Path

from tests.kills.victim import victim
from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_pain_08_every_process_knows_what_another_one_heard(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    acme.model.says("Noted.")
    acme.model.says("It was 42.")
    async with acme.replicas() as (one, other):
        acme.reaches(lambda delivery, attempt: one)
        root = await acme.asks(asha, general, "the number is 42")
        await acme.reads(general, "Noted.")
        await acme.slack.slash(asha, general, "/parley", "persona use translator")
        await acme.whispered(asha)
        acme.reaches(lambda delivery, attempt: other)
        await acme.says(asha, general, "what was it?", under=root)
        await acme.reads(general, "Noted.", "It was 42.", under=root)
    asked = acme.model.asked[1]
    assert "the number is 42" in "\n".join(line.text for line in asked.lines)
    assert "You are a translator" in asked.system


async def test_pain_08_what_a_killed_process_had_answered_is_remembered_by_the_next(acme: Acme, tmp_path: Path) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("Noted.")
    acme.model.says("It was 42.")
    async with victim(acme.settings(lease_seconds=1.0), tmp_path, step="finished", platform="slack") as dead:
        root = await acme.asks(asha, general, "the number is 42")
        await dead.dies()
    async with acme.parley():
        await acme.says(asha, general, "what was it?", under=root)
        await acme.reads(general, "Noted.", "It was 42.", under=root, within=20.0)
    assert "the number is 42" in "\n".join(line.text for line in acme.model.asked[1].lines)


@over_both
async def test_pain_17_threads_stay_apart_and_answers_in_them_whichever_process_hears(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.answers(lambda request: f"Heard {request.last_user}")
    async with acme.replicas():
        cat = await acme.asks(asha, general, "my cat is Tom")
        dog = await acme.asks(asha, general, "my dog is Rex")
        for root, name in ((cat, "cat is Tom"), (dog, "dog is Rex")):
            await acme.reads(general, f"Heard asha: my {name}", under=root)
        for root, name in ((cat, "cat is Tom"), (dog, "dog is Rex")):
            await acme.says(asha, general, "which animal?", under=root)
            await acme.reads(general, f"Heard asha: my {name}", "Heard asha: which animal?", under=root)
    assert sorted(str(message.thread_ts) for message in acme.written(general)) == sorted([cat.ts, dog.ts] * 2)
    of_cat, of_dog = ("\n".join(line.text for line in asked.lines) for asked in acme.model.asked[2:])
    assert ("Tom" in of_cat, "Rex" in of_cat, "Tom" in of_dog, "Rex" in of_dog) == (True, False, False, True)
