"""Commands as Discord registers them, and registered only when they changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord

from adapters.discord.limits import CHOICES, DESCRIPTION, OPTION_TEXT
from adapters.discord.refusals import FAILURES, translated
from bot.vocabulary.commands import CommandSpec, CommandSpecs, Param
from bot.vocabulary.conversation import Authority

# documents, "Application Command Object": types, contexts, installation
CHAT_INPUT, SUBCOMMAND, STRING = 1, 1, 3
IN_SERVERS, IN_DIRECT = 0, 1
INSTALLED_IN_SERVER = 0

RIGHTS = {
    Authority.ADMIN: discord.Permissions(manage_guild=True),
    Authority.MODERATOR: discord.Permissions(manage_messages=True),
}
"""Who sees a command at first; a server may change that, so the engine asks again. Operators are people, not a right."""

OPTION_KEPT = ("name", "description", "type", "required", "max_length", "min_length", "autocomplete")


def payload_of(specs: CommandSpecs) -> list[dict[str, Any]]:
    """The bodies of all commands; those with two words share one command per first word.

    Raises `ValueError` for a word that is a command and a group at once: Discord has no such thing.
    """
    families: dict[str, list[CommandSpec]] = {}
    for spec in specs:
        families.setdefault(spec.name.split()[0], []).append(spec)
    return [_command(name, family) for name, family in families.items()]


async def synchronise(client: discord.Client, wanted: Sequence[dict[str, Any]], *, application: int) -> bool:
    """Registers `wanted` (see `payload_of`) in place of what stands there, unless it is the same; returns whether it did.

    Raises `PlatformUnavailable`, `PlatformRefused`. Needs a client that is logged in.
    """
    try:
        standing = await client.http.get_global_commands(application)
        if normal(standing) == normal(wanted):
            return False
        await client.http.bulk_upsert_global_commands(application, list(wanted))
    except FAILURES as error:
        raise translated(error) from error
    return True


def normal(commands: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Commands by name, without what Discord adds (ids, versions) and with what it leaves out."""
    return {command["name"]: _normal_command(command) for command in commands}


def _command(name: str, family: Sequence[CommandSpec]) -> dict[str, Any]:
    alone = next((spec for spec in family if " " not in spec.name), None)
    if alone is not None and len(family) > 1:
        raise ValueError(f"/{name} cannot be a command and a group at once")
    rights = RIGHTS.get(min(spec.authority for spec in family))
    return {
        "name": name,
        "type": CHAT_INPUT,
        "description": _short(alone.description if alone is not None else f"{name.capitalize()}: {_verbs(family)}"),
        "options": _options(alone) if alone is not None else [_subcommand(spec) for spec in family],
        "default_member_permissions": None if rights is None else rights.value,
        "contexts": [IN_SERVERS, IN_DIRECT],
        "integration_types": [INSTALLED_IN_SERVER],
        "nsfw": False,
    }


def _verbs(family: Sequence[CommandSpec]) -> str:
    return ", ".join(spec.name.split()[1] for spec in family)


def _subcommand(spec: CommandSpec) -> dict[str, Any]:
    return {"name": spec.name.split()[1], "type": SUBCOMMAND, "description": _short(spec.description), "options": _options(spec)}


def _options(spec: CommandSpec) -> list[dict[str, Any]]:
    """Long texts are asked for in a form; Discord wants required options first."""
    short = sorted((param for param in spec.params if not param.long), key=lambda param: not param.required)
    return [_option(param) for param in short]


def _option(param: Param) -> dict[str, Any]:
    option: dict[str, Any] = {"name": param.name, "type": STRING, "description": _short(param.description), "required": param.required}
    if param.choices and len(param.choices) <= CHOICES:
        return option | {"choices": [{"name": choice, "value": choice} for choice in param.choices]}
    return option | {"max_length": min(param.limit, OPTION_TEXT)}


def _short(text: str) -> str:
    return text if len(text) <= DESCRIPTION else text[: DESCRIPTION - 1] + "…"


def _normal_command(command: Mapping[str, Any]) -> dict[str, Any]:
    rights = command.get("default_member_permissions")
    kept = {"type": command.get("type", CHAT_INPUT), "nsfw": bool(command.get("nsfw")), "description": command.get("description")}
    kept["rights"] = None if rights is None else str(rights)  # sent as a number, told as a string
    places = {key: sorted(command.get(key) or []) for key in ("contexts", "integration_types")}
    return kept | places | {"options": [_normal_option(option) for option in command.get("options") or []]}


def _normal_option(option: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: option.get(key) or None for key in OPTION_KEPT}  # false and absent are the same to Discord
    choices = [(choice["name"], choice["value"]) for choice in option.get("choices") or []]
    return kept | {"choices": choices, "options": [_normal_option(inner) for inner in option.get("options") or []]}
