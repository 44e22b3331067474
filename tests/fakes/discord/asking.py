"""The payloads of interactions: which registered command, which options, which component, which modal fields."""

from collections.abc import Iterator
from typing import Any

from tests.fakes.discord import bits
from tests.fakes.discord.core import Core
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import Message
from tests.fakes.discord.state import Channel, Guild, Role, User

SUBCOMMANDS = (1, 2)
FILE_LIMIT = 10 * 1024**2


def envelope(core: Core, interaction: Interaction, data: dict[str, Any]) -> dict[str, Any]:
    """The INTERACTION_CREATE event."""
    channel, guild = interaction.channel, interaction.channel.guild
    event: dict[str, Any] = {"id": str(interaction.id), "application_id": str(core.application_id), "data": data}
    event |= {"type": interaction.type, "token": interaction.token, "version": 1, "locale": "en-US"}
    event |= {"channel_id": str(channel.id), "channel": channel.payload(core.bot.id), "entitlements": []}
    event |= {"attachment_size_limit": FILE_LIMIT, "app_permissions": str(bits.EVERYTHING & ~channel.lacks)}
    if interaction.source is not None:
        event["message"] = interaction.source.payload()
    if guild is None:
        owners = {"1": str(interaction.user.id)}
        return event | {"user": interaction.user.payload(), "context": 1, "authorizing_integration_owners": owners}
    rights = str(guild.permissions_of(interaction.user))
    member = guild.members[interaction.user.id].payload() | {"permissions": rights}
    where = {"id": str(guild.id), "locale": "en-US", "features": []}
    event |= {"guild_id": str(guild.id), "guild": where, "guild_locale": "en-US", "member": member}
    return event | {"context": 0, "authorizing_integration_owners": {"0": str(guild.id)}}


def find_command(core: Core, channel: Channel, name: str) -> dict[str, Any] | None:
    """The registered slash command; one of the server goes before a global one."""
    scopes = [None] if channel.guild is None else [channel.guild.id, None]
    registered = [c for scope in scopes for c in core.commands.get(scope, [])]
    return next((c for c in registered if c["name"] == name and c["type"] == 1), None)


class Resolved:
    """Collects the objects behind ids in options, for one server or a DM."""

    def __init__(self, guild: Guild | None) -> None:
        self._guild = guild
        self.data: dict[str, Any] = {}

    def value(self, value: Any) -> Any:
        """What stands in the option: plain values as they are, objects as their id."""
        if isinstance(value, User):
            self._add("users", value.id, value.payload())
            if self._guild is not None and value.id in self._guild.members:
                rights = {"permissions": str(self._guild.permissions_of(value))}
                self._add("members", value.id, self._guild.members[value.id].payload(with_user=False) | rights)
        elif isinstance(value, Role):
            self._add("roles", value.id, value.payload())
        elif isinstance(value, Channel):
            self._add("channels", value.id, value.payload(0) | {"permissions": str(bits.EVERYBODY)})
        else:
            return value
        return str(value.id)

    def _add(self, kind: str, snowflake: int, data: dict[str, Any]) -> None:
        self.data.setdefault(kind, {})[str(snowflake)] = data


def command_data(
    command: dict[str, Any], path: list[str], values: dict[str, Any], *, guild: Guild | None, focused: str = ""
) -> dict[str, Any]:
    """The data of a call. `path`: the names of group and subcommand. Raises LookupError for what is not declared."""
    declared, wrap = command["options"], []
    for name in path:
        inner = next((o for o in declared if o["name"] == name and o["type"] in SUBCOMMANDS), None)
        if inner is None:
            raise LookupError(f"/{command['name']} has no subcommand {name}")
        wrap.append(inner)
        declared = inner.get("options", [])
    _check(declared, values, partial=bool(focused))
    resolved = Resolved(guild)
    types = {o["name"]: o["type"] for o in declared}
    options: list[dict[str, Any]] = [{"name": n, "type": types[n], "value": resolved.value(v)} for n, v in values.items()]
    for option in options:
        option |= {"focused": True} if option["name"] == focused else {}
    for inner in reversed(wrap):
        options = [{"name": inner["name"], "type": inner["type"], "options": options}]
    head = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return {**head, "options": options} | ({"resolved": resolved.data} if resolved.data else {})


def _check(declared: list[dict[str, Any]], values: dict[str, Any], *, partial: bool) -> None:
    """What Discord's own client would not let people send."""
    missing = [o["name"] for o in declared if o.get("required") and o["name"] not in values and not partial]
    unknown = sorted(values.keys() - {o["name"] for o in declared})
    if missing or unknown or any(o["type"] in SUBCOMMANDS for o in declared):
        raise LookupError(f"options: missing {missing}, undeclared {unknown}, or a subcommand is to be named")


def component_data(message: Message, custom_id: str, values: list[str] | None) -> dict[str, Any]:
    """The data of a press. Raises LookupError when no such live component stands under the message."""
    for component in components_in(message.components):
        if component.get("custom_id") == custom_id and not component.get("disabled"):
            data = {"custom_id": custom_id, "component_type": component["type"], "id": component.get("id", 1)}
            return data | ({} if values is None else {"values": values})
    raise LookupError(f"no component {custom_id} can be used under message {message.id}")


def components_in(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All components, nested ones included."""
    for component in components:
        yield component
        inner = [component[key] for key in ("component", "accessory") if component.get(key)]
        yield from components_in([*component.get("components", []), *inner])


def modal_data(modal: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The data of a submitted modal; fields without a value keep what they were prefilled with."""
    fields = {c["custom_id"] for c in components_in(modal["components"]) if "custom_id" in c}
    if values.keys() - fields:
        raise LookupError(f"the modal has no fields {sorted(values.keys() - fields)}")
    filled = [_filled(c, values) for c in modal["components"]]
    return {"custom_id": modal["custom_id"], "components": filled}


def _filled(component: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"type": component["type"], "id": component.get("id", 1)}
    if "components" in component:
        return data | {"components": [_filled(c, values) for c in component["components"]]}
    if "component" in component:
        return data | {"component": _filled(component["component"], values)}
    if "custom_id" not in component:
        return data
    value = values.get(component["custom_id"], component.get("value", ""))
    many = isinstance(value, list)
    return data | {"custom_id": component["custom_id"], ("values" if many else "value"): value}
