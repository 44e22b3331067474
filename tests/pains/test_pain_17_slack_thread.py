"""Pain 17: the Slack reply lands in the channel instead of the thread; threads share one memory."""

from tests.scenarios.slack_house import Acme, over_both


@over_both
async def test_pain_17_every_message_of_ours_is_in_the_thread_of_the_one_that_asked(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says("to the channel message")
    acme.model.says("long " * 2_000)
    acme.model.status(401)
    async with acme.parley():
        talk = await acme.says(asha, general, "a thread among people")
        top = await acme.asks(asha, general, "from the channel")
        await acme.reads(general, "to the channel message", under=top)
        await acme.asks(asha, general, "from inside the thread", under=talk)
        await acme.slack.wait_for(lambda: "".join(acme.answers(general, under=talk)).count("long") == 2_000)
        again = await acme.asks(asha, general, "and one that fails")
        await acme.slack.wait_for(lambda: "refused" in "".join(acme.answers(general, under=again)))
    assert [message.thread_ts for message in acme.written(general)] == [top.ts, talk.ts, talk.ts, again.ts]


async def test_pain_17_two_threads_do_not_share_a_memory(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.answers(lambda request: f"Heard {request.last_user}")
    async with acme.parley():
        first = await acme.asks(asha, general, "my cat is Tom")
        await acme.reads(general, "Heard asha: my cat is Tom")
        second = await acme.asks(asha, general, "my dog is Rex")
        await acme.reads(general, "Heard asha: my dog is Rex", under=second)
        await acme.says(asha, general, "which animal?", under=first)
        await acme.reads(general, "Heard asha: my cat is Tom", "Heard asha: which animal?", under=first)
    assert all("Tom" not in line.text for line in acme.model.asked[1].lines)
    asked = "\n".join(line.text for line in acme.model.asked[2].lines)
    assert "Tom" in asked
    assert "Rex" not in asked
