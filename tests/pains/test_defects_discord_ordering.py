"""Two defects of ordering: edits nobody waited for arrived in another order; the reader of the model waited for edits.

And two more around them: one clock for all conversations' edits, and an identical new answer that was swallowed as "unchanged".
"""

from itertools import pairwise

from tests.fakes.model.sayings import Manner
from tests.fakes.server import Fault
from tests.scenarios.discord_house import DOTS, Home

SLOW = ("PATCH", "/messages/")


async def test_edits_arrive_in_the_order_of_the_text_and_one_at_a_time(home: Home) -> None:
    """Every other edit takes long to arrive: whoever does not wait for it is overtaken by the next."""
    ada = home.person("Ada")
    words = [f"word{number} " for number in range(120)]
    for number in range(40):
        home.discord.faults.add(match=SLOW, fault=Fault(delay=0.2 if number % 2 else 0.0))
    home.model.says(*words, manner=Manner(delay=0.01))
    async with home.parley():
        await home.asks(ada, "count")
        await home.reads("".join(words).strip(), within=15.0)
    lengths = [len(text) for text in home.ever()[0].texts if text != DOTS]
    assert lengths == sorted(lengths)
    assert len(lengths) > 4
    edits = [each for each in home.discord.requests if each.method == "PATCH"]
    assert all(after.at >= before.answered_at for before, after in pairwise(edits))


async def test_a_slow_platform_never_slows_the_reading_of_the_model(home: Home) -> None:
    """The model has long finished when the first slow edit returns: the next one carries all of it."""
    ada = home.person("Ada")
    words = [f"word{number} " for number in range(100)]
    home.discord.faults.add(match=SLOW, fault=Fault(delay=1.0), times=20)
    home.model.says(*words, manner=Manner(delay=0.005))
    async with home.parley():
        await home.asks(ada, "count")
        await home.reads("".join(words).strip(), within=15.0)
    assert len(home.ever()[0].texts) <= 4


async def test_two_answers_do_not_wait_for_each_others_edits(home: Home) -> None:
    """In one channel a slow edit holds nobody up elsewhere."""
    ada, bob = home.person("Ada"), home.person("Bob")
    other = home.discord.add_channel("other", guild=home.guild)
    home.discord.faults.add(match=("PATCH", f"/channels/{home.general.id}/"), fault=Fault(delay=2.0), times=3)
    home.model.answers(lambda _: ["One ", "two ", "three."], manner=Manner(delay=0.05))
    async with home.parley():
        await home.asks(ada, "count")
        await home.asks(bob, "count", channel=other)
        await home.reads("One two three.", channel=other, within=1.5)
        await home.reads("One two three.", within=10.0)


async def test_the_same_answer_again_is_an_answer(home: Home) -> None:
    ada = home.person("Ada")
    async with home.parley():
        await home.asks(ada, "hello")
        await home.reads("Hello from the model.")
        await home.asks(ada, "hello")
        await home.reads("Hello from the model.", "Hello from the model.")
    assert [message.texts[0] for message in home.ever()] == [DOTS, DOTS]
