"""auth.test, conversations.*, users.info, team.info, bots.info: what can be asked."""

import base64
from dataclasses import dataclass

from tests.fakes.slack.calls import Call, Handler, SlackError
from tests.fakes.slack.shapes import channel_object, message_object, team_object, thread_of, user_object
from tests.fakes.slack.workspace import Json, Message

PAGE = 100  # messages in one answer unless asked for less or more
PAGE_LIMIT = 999  # docs: conversations.history


@dataclass(slots=True)
class LookupMethods:
    """`page_limit`: 15 for commercially distributed apps outside the Marketplace (docs: conversations.replies)."""

    page_limit: int = PAGE_LIMIT

    def methods(self) -> dict[str, Handler]:
        """The methods served here, by name."""
        return {
            "auth.test": self._auth_test,
            "bots.info": self._bot,
            "conversations.history": self._history,
            "conversations.info": self._conversation,
            "conversations.open": self._open,
            "conversations.replies": self._replies,
            "team.info": self._team,
            "users.info": self._user,
        }

    async def _auth_test(self, call: Call) -> Json:
        team = call.team
        names = {"url": f"https://{team.domain}.slack.com/", "team": team.name, "user": "parley"}
        ids = {"team_id": team.id, "user_id": team.bot_user, "bot_id": team.bot_id}
        return {**names, **ids, "is_enterprise_install": False}

    async def _user(self, call: Call) -> Json:
        user = call.world.users.get(str(call.need("user")))
        if user is None:
            raise SlackError("user_not_found")
        return {"user": user_object(user)}

    async def _team(self, call: Call) -> Json:
        team = call.world.teams.get(str(call.arguments.get("team") or call.team.id))
        if team is None:
            raise SlackError("team_not_found")
        return {"team": team_object(team)}

    async def _bot(self, call: Call) -> Json:
        bot_id = str(call.need("bot"))
        user = next((user for user in call.world.users.values() if user.bot_id == bot_id), None)
        if user is None:
            raise SlackError("bot_not_found")
        app_id = call.world.app_id if bot_id == call.team.bot_id else "A0OTHER"
        return {"bot": {"id": bot_id, "app_id": app_id, "user_id": user.id, "name": user.name, "deleted": False}}

    async def _conversation(self, call: Call) -> Json:
        channel = call.world.channels.get(str(call.need("channel")))
        member = channel is not None and call.team.bot_user in channel.members
        if channel is None or (channel.kind != "public" and not member):
            raise SlackError("channel_not_found")
        return {"channel": channel_object(channel, member=member, bot=call.team.bot_user)}

    async def _open(self, call: Call) -> Json:
        known = call.world.users.get(str(call.need("users")).split(",")[0])
        if known is None:
            raise SlackError("user_not_found")
        return {"channel": {"id": call.world.dm(known, call.team).id}}

    async def _replies(self, call: Call) -> Json:
        channel = call.channel(reading=True)
        found = thread_of(channel, str(call.need("ts")))
        if not found:
            raise SlackError("thread_not_found")
        return self._page(call, found)

    async def _history(self, call: Call) -> Json:
        channel = call.channel(reading=True)
        top = [m for m in channel.timeline.values() if not m.deleted and m.thread_ts in (None, m.ts)]
        return self._page(call, top[::-1])

    def _page(self, call: Call, found: list[Message]) -> Json:
        """Cursors are opaque; `oldest` and `latest` are exclusive unless `inclusive`."""
        wanted = [message for message in found if _within(call, message)]
        start = _position(call.arguments.get("cursor"))
        size = max(1, min(int(call.arguments.get("limit") or PAGE), self.page_limit))
        metadata = bool(call.arguments.get("include_all_metadata"))
        page = [message_object(call.world, m, metadata=metadata) for m in wanted[start : start + size]]
        more = start + size < len(wanted)
        cursor = base64.b64encode(f"next:{start + size}".encode()).decode() if more else ""
        return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _within(call: Call, message: Message) -> bool:
    oldest = float(call.arguments.get("oldest") or 0)
    latest = float(call.arguments.get("latest") or "inf")
    at = float(message.ts)
    return oldest <= at <= latest if call.arguments.get("inclusive") else oldest < at < latest


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None
