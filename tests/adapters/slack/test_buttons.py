"""Buttons under our messages, pressed over both transports."""

import time

import pytest

from bot.errors import NotAllowed
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from bot.vocabulary.conversation import Authority, ConversationKey
from tests.adapters.slack.conftest import Bench, opened
from tests.adapters.slack.test_answers import outlet_for
from tests.adapters.slack.test_commands import acknowledged_after
from tests.fakes.server import Fault
from tests.fakes.slack.records import Modal
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Channel, Message, User


async def answer_to(bench: Bench, *buttons: Button, asker: str = "asha") -> tuple[User, Channel, Message]:
    """An answer with `buttons` under it; their asker is whoever asked."""
    asha = bench.server.add_user(asker, display_name="Asha")
    channel = bench.server.add_channel("general", members=[asha])
    root = await bench.server.says(asha, channel, bench.mention("hello"))
    mine = [Button(button.kind, button.turn, asha.id, button.value) for button in buttons]
    await outlet_for(bench, channel, root).post("Here **it** is.", nonce="n-1", after=None, buttons=mine)
    (answer,) = bench.server.from_bot(channel)
    return asha, channel, answer


def pressable(answer: Message) -> list[str]:
    return [element["action_id"] for block in answer.blocks if block["type"] == "actions" for element in block["elements"]]


def button(kind: PressKind, value: str = "") -> Button:
    return Button(kind, "turn-1", "", value)


async def test_a_press_is_told_with_all_that_the_button_knows(bench: Bench) -> None:
    asha, channel, answer = await answer_to(
        bench, button(PressKind.REGENERATE), button(PressKind.SHOW, "1/3"), button(PressKind.SHOW, "3/3")
    )
    assert len(set(pressable(answer))) == 3
    delivery = await bench.server.action(asha, answer, pressable(answer)[1])
    assert acknowledged_after(delivery) < 1.0
    (press,) = await bench.door.pressed()
    assert (press.kind, press.turn, press.value, press.text) == (PressKind.SHOW, "turn-1", "1/3", "")
    assert (press.author.id, press.author.name) == (asha.id, "Asha")
    assert press.conversation == ConversationKey("slack", bench.server.team.id, channel.id, answer.thread_ts or "")
    assert press.conversation == bench.door.joined[0].conversation
    assert bench.server.whispers == []


async def test_presses_have_ids_of_their_own_and_a_redelivered_one_keeps_its(bench: Bench) -> None:
    asha, _, answer = await answer_to(bench, button(PressKind.REGENERATE))
    first = await bench.server.action(asha, answer, pressable(answer)[0])
    await bench.server.action(asha, answer, pressable(answer)[0])
    await bench.server.redeliver(first)
    await bench.door.pressed(3)
    ids = [press.id for press in bench.door.presses]
    assert sorted(ids.count(one) for one in set(ids)) == [1, 2]
    assert ids[0].startswith(f"{bench.server.team.id}:{answer.channel}:{answer.ts}:")


async def test_pain_12_a_press_is_acknowledged_whatever_the_store_does(bench: Bench) -> None:
    asha, _, answer = await answer_to(bench, button(PressKind.STOP))
    bench.door.store_up.clear()
    assert acknowledged_after(await bench.server.action(asha, answer, pressable(answer)[0])) < 1.0
    bench.door.store_up.set()
    await bench.door.pressed()


async def test_what_the_door_says_is_a_private_word_in_the_thread(bench: Bench) -> None:
    asha, channel, answer = await answer_to(bench, button(PressKind.REGENERATE))
    bench.door.says = "There is **no** such answer any more, <!channel>."
    await bench.server.action(asha, answer, pressable(answer)[0])
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert (whisper.user, whisper.channel, whisper.thread) == (asha.id, channel.id, answer.thread_ts)
    assert whisper.text == "There is *no* such answer any more, &lt;!channel&gt;."


async def test_strangers_hear_that_it_is_not_theirs(bench: Bench) -> None:
    _, channel, answer = await answer_to(bench, button(PressKind.STOP))
    ben, boss = bench.server.add_user("ben"), bench.server.add_user("boss", admin=True)
    channel.members |= {ben.id, boss.id}
    await bench.server.action(ben, answer, pressable(answer)[0])
    (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert (whisper.user, whisper.text) == (ben.id, NotAllowed.user_text)
    await bench.server.action(boss, answer, pressable(answer)[0])
    (press,) = await bench.door.pressed()
    assert (press.author.id, press.author.authority) == (boss.id, Authority.ADMIN)


@pytest.mark.parametrize("value", ["", "p0:stop:turn-1", "p1:dance:t:u:", "nonsense"])
async def test_a_button_of_another_version_answers_politely(server: SlackServer, value: str) -> None:
    async with opened(server) as bench:
        asha, _, answer = await answer_to(bench, button(PressKind.STOP))
        await bench.server.action(asha, answer, pressable(answer)[0], value)
        (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert whisper.text == "This button is from another version of me and does not work any more. Please write to me instead."
    assert bench.door.presses == []


async def test_a_defect_behind_the_door_is_told(server: SlackServer) -> None:
    async with opened(server) as bench:
        asha, _, answer = await answer_to(bench, button(PressKind.REGENERATE))
        bench.door.broken = True
        await bench.server.action(asha, answer, pressable(answer)[0])
        (whisper,) = await bench.server.wait_for(lambda: bench.server.whispers)
    assert whisper.text == "Something went wrong on my side. Please try again in a moment."


async def form_of(bench: Bench, user: User, answer: Message) -> Modal:
    await bench.server.action(user, answer, pressable(answer)[-1])
    modal = await bench.server.wait_for(lambda: next((m for m in bench.server.world.views.values() if m.versions), None))
    assert isinstance(modal, Modal)
    return modal


async def test_a_bad_rating_counts_at_once_and_asks_why(bench: Bench) -> None:
    asha, _, answer = await answer_to(bench, button(PressKind.RATE, GOOD), button(PressKind.RATE, BAD))
    modal = await form_of(bench, asha, answer)
    await bench.door.pressed(1)
    sent = await bench.server.submit_view(asha, modal, {"reason": " It is *wrong* & old. "})
    assert acknowledged_after(sent) < 1.0
    assert modal.closed
    await bench.door.pressed(2)
    first, second = bench.door.presses
    assert [(press.kind, press.turn, press.value, press.text) for press in (first, second)] == [
        (PressKind.RATE, "turn-1", "bad", ""),
        (PressKind.RATE, "turn-1", "bad", "It is *wrong* & old."),
    ]
    assert first.id != second.id
    assert first.conversation == second.conversation
    assert first.author == second.author


async def test_a_good_rating_asks_nothing_and_an_empty_reason_says_nothing(bench: Bench) -> None:
    asha, _, answer = await answer_to(bench, button(PressKind.RATE, GOOD), button(PressKind.RATE, BAD))
    await bench.server.action(asha, answer, pressable(answer)[0])
    await bench.door.pressed(1)
    assert bench.server.world.views == {}
    await bench.server.submit_view(asha, await form_of(bench, asha, answer), {})
    await bench.server.action(asha, answer, pressable(answer)[0])
    await bench.door.pressed(3)
    assert [press.value for press in bench.door.presses] == ["good", "bad", "good"]


async def test_pain_12_the_reason_is_asked_for_in_time_without_the_store(bench: Bench) -> None:
    """The fake refuses a trigger_id after three seconds, as Slack does."""
    asha, _, answer = await answer_to(bench, button(PressKind.RATE, BAD))
    bench.door.store_up.clear()
    began = time.monotonic()
    await form_of(bench, asha, answer)
    assert time.monotonic() - began < 2.5
    bench.door.store_up.set()


async def test_a_rating_counts_although_the_form_does_not_open(server: SlackServer) -> None:
    async with opened(server) as bench:
        server.faults.add(match=("POST", "views.open"), fault=Fault(status=500))
        asha, _, answer = await answer_to(bench, button(PressKind.RATE, BAD))
        await server.action(asha, answer, pressable(answer)[0])
        (press,) = await bench.door.pressed()
    assert press.value == "bad"
    assert server.whispers == []


async def test_buttons_go_when_they_are_not_wanted_any_more(bench: Bench) -> None:
    _, channel, answer = await answer_to(bench, button(PressKind.STOP))
    outlet = outlet_for(bench, channel, bench.server.messages(channel)[0])
    stands = await outlet.find("n-1")
    assert stands is not None
    await outlet.edit(stands, "Done.")
    assert (answer.text, pressable(answer)) == ("Done.", [])
    await outlet.edit(stands, "Done.", buttons=[button(PressKind.REGENERATE)])
    assert pressable(answer) == ["parley:again:0"]


async def test_other_buttons_are_acknowledged(bench: Bench) -> None:
    asha, _, answer = await answer_to(bench, button(PressKind.STOP))
    answer.blocks[-1]["elements"][0]["action_id"] = "somebody:else"
    assert (await bench.server.action(asha, answer, "somebody:else")).acknowledged
    assert bench.door.presses == []
