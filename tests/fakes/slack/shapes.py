"""How Slack writes people, teams, channels and messages in answers and events.

Sources: the samples in bolt-python's tests (tests/scenario_tests_async, tests/slack_bolt/request/test_internals.py) and
the method pages of docs.slack.dev (users.info, conversations.info, conversations.replies).
"""

from tests.fakes.slack.records import Modal
from tests.fakes.slack.workspace import Channel, Json, Message, Team, User
from tests.fakes.slack.world import World


def user_object(user: User) -> Json:
    """As users.info gives it."""
    profile: Json = {"real_name": user.display_name, "display_name": user.display_name, "team": user.team}
    return {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "deleted": False,
        "real_name": user.display_name,
        "profile": profile | ({"bot_id": user.bot_id} if user.bot_id else {}),
        "is_admin": user.admin,
        "is_owner": user.owner,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_bot": user.bot_id is not None,
        "is_app_user": False,
        "tz": "Asia/Kolkata",
    }


def team_object(team: Team) -> Json:
    """As team.info gives it."""
    return {"id": team.id, "name": team.name, "domain": team.domain}


def channel_object(channel: Channel, *, member: bool, bot: str) -> Json:
    """As conversations.info gives it; a DM has a user and no name."""
    common: Json = {"id": channel.id, "is_im": channel.kind == "im", "is_archived": False}
    if channel.kind == "im":
        return common | {"user": next(iter(channel.members - {bot}), ""), "is_org_shared": False}
    return common | {
        "name": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_member": member,
        "is_ext_shared": bool(channel.shared_with),
        "num_members": len(channel.members),
    }


def message_object(world: World, message: Message, *, metadata: bool = True) -> Json:
    """A message as answers and nested event parts carry it (without channel)."""
    shape: Json = {"type": "message", "text": message.spoken or message.text, "ts": message.ts}
    if message.subtype:
        shape["subtype"] = message.subtype
    if message.user:
        shape |= {"user": message.user, "team": world.users[message.user].team}
    if message.bot_id:
        shape |= _bot_part(world, message)
    shape |= _thread_part(world, message)
    for key, value in (("blocks", message.blocks), ("files", message.files)):
        if value:
            shape[key] = value
    if metadata and message.metadata:
        shape["metadata"] = message.metadata
    if message.edited_ts:
        shape["edited"] = {"user": message.user, "ts": message.edited_ts}
    if reactions := [{"name": n, "users": sorted(u), "count": len(u)} for n, u in message.reactions.items() if u]:
        shape["reactions"] = reactions
    return shape


def _bot_part(world: World, message: Message) -> Json:
    ours = next((team for team in world.teams.values() if team.bot_id == message.bot_id), None)
    name = world.users[message.user].name if message.user else "integration"
    app = world.app_id if ours else "A0OTHER"
    profile = {"id": message.bot_id, "app_id": app, "name": name, "deleted": False}
    return {"bot_id": message.bot_id, "app_id": app, "bot_profile": profile}


def _thread_part(world: World, message: Message) -> Json:
    """A reply names its parent; a message with replies is the root of a thread and says so."""
    channel = world.channels[message.channel]
    replies = [m for m in thread_of(channel, message.ts) if m is not message]
    if replies:
        return {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    if message.thread_ts is None:
        return {}
    root = channel.timeline.get(message.thread_ts)
    return {"thread_ts": message.thread_ts} | ({"parent_user_id": root.user} if root is not None else {})


def thread_of(channel: Channel, ts: str) -> list[Message]:
    """The root and its replies, oldest first; deleted ones are gone."""
    return [m for m in channel.timeline.values() if not m.deleted and ts in (m.ts, m.thread_ts)]


def view_object(world: World, modal: Modal) -> Json:
    """A modal as views.open answers it (docs: views.open); view_submission adds the state."""
    team = world.teams[modal.team]
    own = {"id": modal.id, "team_id": team.id, "app_id": world.app_id, "bot_id": team.bot_id}
    return {**modal.view, **own, "hash": modal.hash, "root_view_id": modal.id, "previous_view_id": None}
