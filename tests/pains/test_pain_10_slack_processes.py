"""Pain 10 with several processes: the two events of a mention, and every redelivery, reach whichever process the balancer takes."""

from collections.abc import Callable

import pytest

from tests.fakes.slack.records import Attempt, Delivery
from tests.scenarios.slack_house import Acme, over_both

Spread = Callable[[Delivery, Attempt], int]
"""Which of two processes an attempt goes to."""

ANSWER = "Hello from the model."


def by_event(delivery: Delivery, attempt: Attempt) -> int:
    """`message` goes to one process, `app_mention` to the other."""
    return int(delivery.body["event"]["type"] == "message")


def by_delivery(delivery: Delivery, attempt: Attempt) -> int:
    """The first delivery goes to one process, the next to the other."""
    return attempt.retry_num % 2


def by_both(delivery: Delivery, attempt: Attempt) -> int:
    """Never twice in a row to the same."""
    return by_event(delivery, attempt) ^ by_delivery(delivery, attempt)


@over_both
@pytest.mark.parametrize("spread", [by_event, by_delivery, by_both], ids=lambda spread: spread.__name__)
async def test_pain_10_whichever_process_hears_a_mention_and_however_often_it_is_answered_once(acme: Acme, spread: Spread) -> None:
    """Every acknowledgement but the last is lost on its way, so each event comes four times."""
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.slack.post.retry_delays = (0.0, 0.05, 0.1)
    acme.slack.post.loses = lambda attempt: attempt.retry_num < 3
    async with acme.replicas() as both:
        acme.reaches(lambda delivery, attempt: both[spread(delivery, attempt)])
        for round_ in range(1, 4):
            root = await acme.asks(asha, general, f"hello {round_}")
            await acme.slack.delivered()
            await acme.reads(general, ANSWER, under=root)
    assert {len(delivery.attempts) for delivery in acme.told()} == {4}
    assert len(acme.slack.from_bot(general)) == len(acme.model.asked) == 3


@over_both
async def test_pain_10_two_processes_share_what_many_people_say(acme: Acme) -> None:
    """Each event is acknowledged by the process that it reached; every message is answered once, in its own thread."""
    people = [acme.slack.add_user(name) for name in ("asha", "ben", "chidi", "dana")]
    general = acme.channel(*people)
    acme.model.answers(lambda request: f"For {request.last_user}")
    async with acme.replicas() as both:
        roots = [await acme.asks(one, general, one.name) for one in people]
        for one, root in zip(people, roots, strict=True):
            await acme.reads(general, f"For {one.name}: {one.name}", under=root)
        for delivery in acme.told():
            await acme.slack.redeliver(delivery)
    assert all(delivery.acknowledged for delivery in acme.told())
    assert len(acme.slack.from_bot(general)) == len(acme.model.asked) == len(people)
    if acme.mode == "socket":
        reached = {attempt.connection for delivery in acme.told() for attempt in delivery.attempts}
        assert all(reached.intersection(replica.links) for replica in both)
