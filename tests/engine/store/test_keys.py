"""Every key: where it lives in a cluster, whose it is, and that the table knows it."""

import re
from inspect import getmembers

from hypothesis import example, given
from hypothesis import strategies as st

from bot.store import keys
from bot.store.keys import PARTITIONS, PERMANENT, ConversationKeys, LaneKeys, ServerKeys, kind, leftovers, pace, partition, pending
from bot.vocabulary.conversation import ConversationKey, ServerKey
from bot.vocabulary.lane import Lane
from tests.engine.samples import CHANNEL

IDS = st.text(st.sampled_from(list(":~%{}/ aB0é漢\u202e\n")), max_size=6)
CONVERSATIONS = st.builds(ConversationKey, IDS, IDS, IDS, IDS)
LANES = st.builds(Lane, CONVERSATIONS, IDS)
SERVERS = st.builds(ServerKey, IDS, IDS)


def of_conversation(conversation: ConversationKey, event: str = "e") -> list[str]:
    of = ConversationKeys(conversation)
    return [of.seen(event), of.turn(event), of.pending, of.history, of.order, of.generation, of.voices]


def of_lane(lane: Lane) -> list[str]:
    of = LaneKeys(lane)
    return [of.mailbox, of.lease, of.journal, of.signs]


def of_server(server: ServerKey, name: str = "n") -> list[str]:
    of = ServerKeys(server)
    kept = [of.persona, of.manners, of.buried, of.burials, of.incidents, of.ratings, of.rated]
    return [*kept, of.spend(name), of.holds, of.settled(name)]


def hash_tag(key: str) -> str:
    """As Redis Cluster reads it: what stands in the first braces, unless that is empty."""
    tag = re.search(r"\{([^}]+)\}", key)
    assert tag
    return tag[1]


@given(lane=LANES, event=IDS)
def test_all_keys_of_a_conversation_share_its_partition(lane: Lane, event: str) -> None:
    tags = {hash_tag(key) for key in (*of_conversation(lane.conversation, event), *of_lane(lane))}
    assert tags == {str(partition(lane.conversation))}
    assert 0 <= partition(lane.conversation) < PARTITIONS
    assert ConversationKeys(lane.conversation).pending == pending(partition(lane.conversation))


@given(server=SERVERS, name=IDS)
def test_all_keys_of_a_server_share_a_slot(server: ServerKey, name: str) -> None:
    assert len({hash_tag(key) for key in of_server(server, name)}) == 1


@given(one=st.tuples(CONVERSATIONS, IDS), other=st.tuples(CONVERSATIONS, IDS))
@example(one=(ConversationKey("a", "b:c", "d"), "e"), other=(ConversationKey("a", "b", "c:d"), "e"))
@example(one=(ConversationKey("a", "b", "c", "d"), "e:f"), other=(ConversationKey("a", "b", "c", "d:e"), "f"))
@example(one=(ConversationKey("a", "b", "c", ""), "e"), other=(ConversationKey("a", "b", "c", "e"), ""))
@example(one=(ConversationKey("a", "%3A", "c"), ""), other=(ConversationKey("a", ":", "c"), ""))
def test_no_two_conversations_share_a_key(one: tuple[ConversationKey, str], other: tuple[ConversationKey, str]) -> None:
    ours, theirs = (set(of_conversation(*names)) - {ConversationKeys(names[0]).pending} for names in (one, other))
    if one[0] != other[0]:
        assert not ours & theirs
    elif one != other:
        assert len(ours & theirs) == len(ours) - 2  # all but those of the event and the turn


@given(one=LANES, other=LANES)
@example(one=Lane(ConversationKey("a", "b", "c", "d"), ""), other=Lane(ConversationKey("a", "b", "c", ""), "d"))
def test_no_two_lanes_share_a_key_and_their_names_are_read_back(one: Lane, other: Lane) -> None:
    assert (one == other) is bool(set(of_lane(one)) & set(of_lane(other)))
    assert Lane.parse(str(one)) == one
    assert str(one).count(":") == 4


@given(one=SERVERS, other=SERVERS)
@example(one=ServerKey("a", "b:c"), other=ServerKey("a:b", "c"))
def test_no_two_servers_share_a_key(one: ServerKey, other: ServerKey) -> None:
    assert (one == other) is bool(set(of_server(one)) & set(of_server(other)))


@given(conversation=CONVERSATIONS)
def test_no_two_kinds_share_a_key(conversation: ConversationKey) -> None:
    lane = Lane(conversation)
    every = [*of_conversation(conversation), *of_lane(lane), *of_server(conversation.server_key)]
    assert len(set(every)) == len(every)


@given(one=IDS, other=IDS)
@example(one="a/b", other="a%2Fb")
def test_no_two_budgets_and_no_two_platforms_share_a_key(one: str, other: str) -> None:
    assert (one == other) is (pace(one) == pace(other)) is (leftovers(one) == leftovers(other))
    assert (kind(pace(one)), kind(leftovers(one))) == ("pace", "leftovers")


def test_the_lists_above_are_complete() -> None:
    for made, listed in (
        (ConversationKeys, of_conversation(CHANNEL)),
        (LaneKeys, of_lane(Lane(CHANNEL))),
        (ServerKeys, of_server(CHANNEL.server_key)),
    ):
        names = {name for name, _ in getmembers(made) if not name.startswith("_")} - {"conversation", "lane", "server"}
        assert names == {kind(key) for key in listed}


def test_the_table_names_each_kind_of_key_and_no_other() -> None:
    table = set(re.findall(r"^\| parley:\{[PS]\}:(\w+)", keys.__doc__ or "", re.MULTILINE))
    assert table == {kind(key) for key in (*of_conversation(CHANNEL), *of_lane(Lane(CHANNEL)), *of_server(CHANNEL.server_key))}
    assert f"| {keys.STOP_CHANNEL} |" in (keys.__doc__ or "")
    assert f"| {pace('')}<bucket> |" in (keys.__doc__ or "")
    assert f"| {leftovers('')}<platform> |" in (keys.__doc__ or "")
    assert f"| {keys.GRAVEYARDS} |" in (keys.__doc__ or "")
    assert kind(keys.GRAVEYARDS) == "graveyards"


def test_the_table_and_the_list_agree_on_what_lives_for_ever() -> None:
    rows = (line.split("|") for line in (keys.__doc__ or "").splitlines() if line.startswith("| parley:"))
    assert {kind(row[1].strip()) for row in rows if row[4].strip().startswith("permanent")} == PERMANENT.keys()
    assert all(PERMANENT.values())


def test_partitions_are_used_evenly() -> None:
    used = {partition(ConversationKey("discord", "guild", str(number))) for number in range(1000)}
    assert len(used) == PARTITIONS
