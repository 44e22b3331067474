"""Messages in: every shape over both transports, once each."""

from itertools import permutations

from bot.vocabulary.conversation import Authority, ConversationKey
from bot.vocabulary.inbound import Addressed, Quoted
from tests.adapters.slack.conftest import Bench, opened
from tests.fakes.server import Fault
from tests.fakes.slack.records import Delivery
from tests.fakes.slack.server import SlackServer


async def test_pain_10_the_two_events_of_a_mention_are_one_message(bench: Bench) -> None:
    asha = bench.server.add_user("asha", display_name="Asha")
    channel = bench.server.add_channel("general", members=[asha])
    message = await bench.server.says(asha, channel, bench.mention("hello"))
    await bench.server.delivered()
    (inbound,) = bench.door.joined
    assert [one.id for one in bench.door.seen] == [inbound.id]
    assert inbound.id == f"{bench.server.team.id}:{channel.id}:{message.ts}"
    assert inbound.conversation == ConversationKey("slack", bench.server.team.id, channel.id, message.ts)
    assert (inbound.text, inbound.addressed, inbound.exclusive) == ("hello", Addressed.MENTION, True)
    assert (inbound.author.name, inbound.place.channel, inbound.place.server) == ("Asha", "general", "Acme")
    assert inbound.sent_at == float(message.ts)


async def test_pain_10_either_of_the_two_events_may_come_first(server: SlackServer) -> None:
    seen = []
    for order in permutations((0, 1)):
        async with opened(server) as bench:
            asha = server.add_user("asha")
            channel = server.add_channel("general", members=[asha], bot=False)
            await server.says(asha, channel, "nothing yet")
            channel.members.add(server.team.bot_user)
            await server.says(asha, channel, bench.mention("hello <@U0OTHER>"))
            twins = [delivery.body["event"] for delivery in server.post.deliveries][-2:]
            bench.door.joined.clear()
            for index in order:
                await server.happens(server.team, twins[index], channel)
            (inbound,) = bench.door.joined
            seen.append((inbound.text, inbound.addressed, inbound.mentions_others, inbound.id.endswith(twins[0]["ts"])))
    assert seen == [("hello @U0OTHER", Addressed.MENTION, True, True)] * 2


async def test_direct_messages_need_no_mention_and_each_begins_a_thread(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    dm = bench.server.world.dm(asha, bench.server.team)
    first = await bench.server.says(asha, dm, "hello")
    await bench.server.says(asha, dm, "and more", thread_ts=first.ts)
    other = await bench.server.says(asha, dm, "something else")
    assert [one.addressed for one in bench.door.joined] == [Addressed.DIRECT] * 3
    assert [one.conversation.thread for one in bench.door.joined] == [first.ts, first.ts, other.ts]


async def test_a_thread_reply_is_ambient_and_channel_talk_is_nothing(bench: Bench) -> None:
    asha, ben = bench.server.add_user("asha"), bench.server.add_user("ben")
    channel = bench.server.add_channel("general", members=[asha, ben])
    root = await bench.server.says(asha, channel, "anybody here?")
    await bench.server.says(ben, channel, f"ask <@{asha.id}>", thread_ts=root.ts)
    (inbound,) = bench.door.joined
    assert (inbound.text, inbound.addressed, inbound.mentions_others) == ("ask @asha", Addressed.AMBIENT, True)
    assert inbound.conversation.thread == root.ts


async def test_machines_edits_and_deletions_are_nothing(bench: Bench) -> None:
    asha, robot = bench.server.add_user("asha"), bench.server.add_user("robot", bot=True)
    channel = bench.server.add_channel("general", members=[asha, robot])
    await bench.server.says(robot, channel, bench.mention("hello"))
    await bench.server.integration_says(channel, bench.mention("hello"))
    message = await bench.server.says(asha, channel, "hello")
    await bench.server.edits(message, bench.mention("hello"))
    await bench.server.deletes(message)
    await bench.server.delivered()
    assert bench.door.joined == []
    assert all(delivery.acknowledged for delivery in bench.server.post.deliveries)


async def test_a_file_travels_along(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    dm = bench.server.world.dm(asha, bench.server.team)
    await bench.server.says(asha, dm, "look", files=[bench.server.add_file("notes.txt", b"hello")])
    (file,) = bench.door.joined[0].attachments
    assert (file.name, file.kind, file.size) == ("notes.txt", "text/plain", 5)


async def test_rights_are_those_of_the_installing_team(server: SlackServer) -> None:
    boss, member, operator = server.add_user("boss", admin=True), server.add_user("member"), server.add_user("op")
    far = server.add_team("Elsewhere", installed=False)
    stranger = server.add_user("stranger", team=far, admin=True, owner=True)
    channel = server.add_channel("shared", members=[boss, member, operator, stranger])
    admins = f"slack:{server.team.id}:{operator.id},slack:{server.team.id}:{stranger.id}"
    async with opened(server, parley_admins=admins) as bench:
        for user in (boss, member, operator, stranger):
            await server.says(user, channel, bench.mention("hello"))
        said = {one.author.id: one.author.authority for one in bench.door.joined}
    assert said == {
        boss.id: Authority.ADMIN,
        member.id: Authority.MEMBER,
        operator.id: Authority.OPERATOR,
        stranger.id: Authority.MEMBER,
    }
    assert {one.conversation.server for one in bench.door.joined} == {server.team.id}


async def test_without_users_info_people_are_members_with_their_id(server: SlackServer) -> None:
    boss = server.add_user("boss", admin=True)
    channel = server.add_channel("general", members=[boss])
    server.faults.add(match=("*", "users.info"), fault=Fault(status=500), times=5)
    async with opened(server) as bench:
        await server.says(boss, channel, bench.mention("hello"))
        author = bench.door.joined[0].author
    assert (author.name, author.authority) == (boss.id, Authority.MEMBER)


async def test_people_are_asked_for_once(bench: Bench) -> None:
    asha = bench.server.add_user("asha")
    channel = bench.server.add_channel("general", members=[asha])
    for text in ("one", "two", "three"):
        await bench.server.says(asha, channel, bench.mention(text))
    assert len(bench.server.calls("users.info")) == 1
    assert len(bench.server.calls("auth.test")) == 1


async def test_everything_else_is_acknowledged(bench: Bench) -> None:
    events = ("app_context_changed", "agent_session_stopped", "agent_session_title_changed", "tokens_revoked", "reaction_added")
    for kind in events:
        delivery = await bench.server.happens(bench.server.team, {"type": kind, "user": "U1", "event_ts": "1.1"})
        assert delivery.acknowledged, kind
    asha = bench.server.add_user("asha")
    assert _status(await bench.server.shortcut(asha, "unknown")) == [200]


def _status(delivery: Delivery) -> list[int | None]:
    return [attempt.status for attempt in delivery.attempts]


async def test_a_forwarded_message_is_quoted(bench: Bench) -> None:
    """Slack forwards a message as an attachment with `is_share`; a link to one unfurls with `is_msg_unfurl`."""
    server, team = bench.server, bench.server.team
    asha, ben = server.add_user("asha"), server.add_user("ben", display_name="Ben &amp; Co")
    channel = server.add_channel("general", members=[asha, ben])
    shared = {
        "is_share": True,
        "author_id": ben.id,
        "author_name": "Ben &amp; Co",
        "text": f"1 &lt; 2, <@{asha.id}> and <@{team.bot_user}>",
    }
    ours = {"is_msg_unfurl": True, "author_id": team.bot_id, "author_name": "Parley", "fallback": "an answer"}
    event = {"type": "message", "user": asha.id, "team": team.id, "text": bench.mention("what is this?"), "channel": channel.id}
    for ts, attachment in (("1.000001", shared), ("1.000002", ours), ("1.000003", {"title": "a web page"})):
        await server.happens(team, {**event, "ts": ts, "event_ts": ts, "attachments": [attachment]}, channel)
    assert [one.quoted for one in bench.door.joined] == [
        Quoted("Ben & Co", "1 < 2, @asha and @parley"),
        Quoted("Parley", "an answer", ours=True),
        None,
    ]
