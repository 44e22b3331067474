"""views.*, reactions.*, assistant.threads.*, agents.sessions.*: what stands around messages."""

import time
from collections.abc import Callable

from tests.fakes.slack.calls import Call, Handler, SlackError
from tests.fakes.slack.records import Modal
from tests.fakes.slack.shapes import view_object
from tests.fakes.slack.workspace import Json

TRIGGER_LIFE = 3.0  # seconds (docs.slack.dev/interactivity/handling-user-interaction)
TITLE_LIMIT = 200  # characters (docs: agents.sessions.setStatus)
SESSION_STATES = {"processing", "active", "suspended", "closed"}  # docs: agents.sessions.setStatus


class SurfaceMethods:
    def __init__(self, *, time_scale: float) -> None:
        self._trigger_life = TRIGGER_LIFE * time_scale

    def methods(self) -> dict[str, Handler]:
        """The methods served here, by name."""
        return {
            "agents.sessions.setStatus": self._session,
            "assistant.threads.setStatus": self._status,
            "assistant.threads.setSuggestedPrompts": self._prompts,
            "reactions.add": self._react,
            "reactions.remove": self._unreact,
            "views.open": self._open,
            "views.publish": self._publish,
            "views.update": self._update,
        }

    async def _open(self, call: Call) -> Json:
        trigger = call.world.triggers.get(str(call.need("trigger_id")))
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.issued > self._trigger_life:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        view_id = call.world.numbers.id("V")
        modal = Modal(view_id, trigger.user, call.team.id, {}, "")
        call.world.views[view_id] = modal
        return {"view": _shown(call, modal)}

    async def _update(self, call: Call) -> Json:
        modal = call.world.views.get(str(call.arguments.get("view_id")))
        if modal is None or modal.closed:
            raise SlackError("not_found")
        if call.arguments.get("hash") not in (None, modal.hash):
            raise SlackError("hash_conflict")
        return {"view": _shown(call, modal)}

    async def _publish(self, call: Call) -> Json:
        user = str(call.need("user_id"))
        if user not in call.world.users:
            raise SlackError("user_not_found")
        call.world.homes[user] = call.need("view")
        return {"view": {"id": f"V{user}", "team_id": call.team.id, **call.world.homes[user]}}

    async def _react(self, call: Call) -> Json:
        return self._reaction(call, lambda users: "already_reacted" if call.team.bot_user in users else None)

    async def _unreact(self, call: Call) -> Json:
        return self._reaction(call, lambda users: None if call.team.bot_user in users else "no_reaction")

    def _reaction(self, call: Call, refused: Callable[[set[str]], str | None]) -> Json:
        channel, name = call.channel(), str(call.need("name"))
        message = channel.timeline.get(str(call.need("timestamp")))
        if message is None or message.deleted:
            raise SlackError("message_not_found")
        users = message.reactions.setdefault(name, set())
        if code := refused(users):
            raise SlackError(code)
        users ^= {call.team.bot_user}
        return {}

    async def _status(self, call: Call) -> Json:
        channel = call.channel(name="channel_id")
        where = (channel.id, str(call.need("thread_ts")))
        call.world.statuses.setdefault(where, []).append(str(call.arguments.get("status", "")))
        call.world.changed()
        return {}

    async def _session(self, call: Call) -> Json:
        channel, status = call.channel(name="channel_id"), str(call.need("status"))
        if status not in SESSION_STATES:
            raise SlackError("invalid_status")
        if len(str(call.arguments.get("title") or "")) > TITLE_LIMIT:
            raise SlackError("invalid_arguments")
        call.world.sessions.setdefault((channel.id, str(call.need("thread_ts"))), []).append(status)
        call.world.changed()
        return {}

    async def _prompts(self, call: Call) -> Json:
        channel = call.channel(name="channel_id")
        call.world.prompts.append({**call.arguments, "channel_id": channel.id})
        return {}


def _shown(call: Call, modal: Modal) -> Json:
    modal.view = call.need("view")
    modal.hash = f"{time.time():.6f}.{len(modal.versions)}"
    modal.versions.append(modal.view)
    return view_object(call.world, modal)
