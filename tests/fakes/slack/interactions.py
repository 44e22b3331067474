"""The bodies of commands, presses, forms and shortcuts.

Shapes: bolt-python tests/scenario_tests_async (test_slash_command, test_block_actions, test_view_submission,
test_shortcut); option elements after docs.slack.dev/reference/interaction-payloads.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.slack.records import Modal
from tests.fakes.slack.shapes import message_object, view_object
from tests.fakes.slack.workspace import Channel, Json, Message, User
from tests.fakes.slack.world import World


def command_body(world: World, user: User, channel: Channel, *, command: str, text: str, trigger_id: str, response_url: str) -> Json:
    """Form fields of a slash command; all strings, and no thread: commands cannot be given in threads."""
    team = world.teams[user.team]
    name = "directmessage" if channel.kind == "im" else channel.name if channel.kind == "public" else "privategroup"
    return {
        "token": "verification-token",
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": world.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def interaction(world: World, user: User, *, kind: str, trigger_id: str) -> Json:
    """What every interactive payload says: who, where, by which app."""
    team = world.teams[user.team]
    person = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team}
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain},
        "user": person,
        "api_app_id": world.app_id,
        "token": "verification-token",
        "trigger_id": trigger_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def press(world: World, message: Message, *, action_id: str, value: str | None) -> Json:
    """The part of a block_actions payload that names the message and the element. Raises LookupError without it."""
    channel = world.channels[message.channel]
    host = world.host(channel)
    if host is None:
        raise LookupError(f"our app is not in {channel.name}")
    action = _pressed(message.blocks, action_id, value) | {"action_ts": world.numbers.ts()}
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": False}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return {
        "team": {"id": host.id, "domain": host.domain},  # also for a stranger: bolt authorizes by it
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "message": message_object(world, message),
        "state": {"values": {}},
        "actions": [action],
    }


def submission(world: World, modal: Modal, values: Mapping[str, Any]) -> Json:
    """The view of a view_submission. `values` by action_id. Raises LookupError for what the form does not ask, ValueError
    for what Slack's own form would not let through."""
    left = dict(values)
    state: Json = {}
    for block in modal.view.get("blocks", []):
        for element in _elements(block):
            action_id = element.get("action_id", "")
            given = left.pop(action_id, None)
            if given is None and block.get("type") == "input" and not block.get("optional") and not _initial(element):
                raise ValueError(f"the form demands {action_id}")
            state.setdefault(block.get("block_id", action_id), {})[action_id] = _filled(element, given)
    if left:
        raise LookupError(f"not asked in this form: {sorted(left)}")
    return {**view_object(world, modal), "state": {"values": state}, "app_installed_team_id": modal.team}


def _elements(block: Json) -> Iterator[Json]:
    for candidate in [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]:
        if isinstance(candidate, dict) and "action_id" in candidate:
            yield candidate


def _pressed(blocks: list[Json], action_id: str, value: str | None) -> Json:
    for block in blocks:
        for element in _elements(block):
            if element["action_id"] == action_id:
                return _action(block, element, value)
    raise LookupError(f"nobody can press {action_id}: no such element in the message")


def _action(block: Json, element: Json, value: str | None) -> Json:
    action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block.get("block_id", "b1")}
    if "options" in element:
        return action | {"selected_option": _option(element, value)}
    if "text" in element:
        action["text"] = element["text"]
    chosen = value if value is not None else element.get("value")
    return action | ({"value": chosen} if chosen is not None else {})


def _filled(element: Json, given: Any) -> Json:
    kind = element["type"]
    if kind == "plain_text_input":
        text = given if given is not None else element.get("initial_value")
        low, high = element.get("min_length", 0), element.get("max_length", 3_000)
        if text is not None and not low <= len(text) <= high:
            raise ValueError(f"{element['action_id']}: {len(text)} characters, {low} to {high} can be typed")
        return {"type": kind, "value": text}
    if "options" in element:
        return {"type": kind, "selected_option": _option(element, given) if given else element.get("initial_option")}
    return {"type": kind, "value": given}


def _initial(element: Json) -> bool:
    return "initial_value" in element or "initial_option" in element


def _option(element: Json, value: str | None) -> Json:
    found: Json | None = next((option for option in element["options"] if option.get("value") == value), None)
    if found is None:
        raise LookupError(f"{element['action_id']} offers no {value!r}")
    return found
