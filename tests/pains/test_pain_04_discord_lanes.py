"""Pain 4: a message that arrives while the bot is busy is dropped, overtaken, or answered twice."""

import asyncio

from tests.scenarios.discord_house import DOTS, Home


async def test_pain_04_strangers_in_one_channel_are_answered_side_by_side(home: Home) -> None:
    """Both answers are seen growing before either ends."""
    ada, bob = home.person("Ada"), home.person("Bob")
    go, on = asyncio.Event(), asyncio.Event()
    home.model.says("For Ada", go, ", more", on, ", done.", when=lambda body: "Ada: tell" in str(body))
    home.model.says("For Bob", go, ", more", on, ", done.", when=lambda body: "Bob: tell" in str(body))
    async with home.parley():
        for_ada, for_bob = await home.asks(ada, "tell me"), await home.asks(bob, "tell me")
        await shows(home, "For Ada", "For Bob")
        go.set()
        await shows(home, "For Ada, more", "For Bob, more")
        on.set()
        await shows(home, "For Ada, more, done.", "For Bob, more, done.")
    assert {message.reply_to: message.texts for message in home.ever()} == {
        for_ada: [DOTS, "For Ada", "For Ada, more", "For Ada, more, done."],
        for_bob: [DOTS, "For Bob", "For Bob, more", "For Bob, more, done."],
    }


async def test_pain_04_what_one_author_writes_meanwhile_becomes_one_further_turn_in_order(home: Home) -> None:
    ada = home.person("Ada")
    go = asyncio.Event()
    home.model.says("First", go, " answer.")
    home.model.says("Second answer.")
    async with home.parley():
        await home.asks(ada, "one")
        await home.reads("First")
        for text in ("two", "three"):
            await home.asks(ada, text)
        last = await home.asks(ada, "four")
        assert home.answers() == ["First"]
        go.set()
        await home.reads("First answer.", "Second answer.")
    assert [request.last_user for request in home.model.asked] == ["Ada: one", "Ada: two\nAda: three\nAda: four"]
    assert home.written()[1].reply_to is last


async def test_pain_04_in_a_thread_nobody_is_overtaken(home: Home) -> None:
    ada, bob, thread = home.person("Ada"), home.person("Bob"), home.thread()
    go = asyncio.Event()
    home.model.says(go, "one")
    for answer in ("two", "three", "four"):
        home.model.says(answer)
    async with home.parley():
        await home.asks(ada, "1", channel=thread)
        await home.reads(DOTS, channel=thread)
        for who, text in [(bob, "2"), (ada, "3"), (bob, "4")]:
            await home.asks(who, text, channel=thread)
        go.set()
        await home.reads("one", "two", "three", "four", channel=thread)
    assert [request.last_user for request in home.model.asked] == ["Ada: 1", "Bob: 2", "Ada: 3", "Bob: 4"]


async def test_pain_04_twenty_people_at_once_have_one_answer_each(home: Home) -> None:
    people = [home.person(f"P{number:02}") for number in range(20)]
    home.model.answers(lambda request: [f"Heard {request.last_user}", " and", " you"])
    async with home.parley():
        for person in people:
            await home.asks(person, "hello")
        wanted = sorted(f"Heard {person.display}: hello and you" for person in people)
        await home.discord.wait_for(lambda: sorted(home.answers()) == wanted, 15.0)
    assert len(home.ever()) == len(home.model.asked) == 20
    assert {message.reply_to.author for message in home.ever() if message.reply_to} == set(people)


async def shows(home: Home, *texts: str) -> None:
    """Returns once exactly these stand, in any order."""
    await home.discord.wait_for(lambda: sorted(home.answers()) == sorted(texts))
