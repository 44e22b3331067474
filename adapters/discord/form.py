"""A command's long texts, asked for in a form. Nothing of it is remembered here: what was submitted says itself what it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from adapters.discord.limits import FORM_FIELDS, FORM_TEXT, FORM_TITLE
from bot.vocabulary.commands import CommandSpec, Param

MARK = "order:"
"""Begins the custom_id of our forms; the command's name follows."""


def form_for(spec: CommandSpec, given: Mapping[str, str], shown: Mapping[str, str]) -> ui.Modal:
    """Fields for the long texts, filled with `shown`, and for short arguments that were `given` with the command."""
    form = ui.Modal(title=f"/{spec.name}"[:FORM_TITLE], custom_id=MARK + spec.name)
    asked = [param for param in spec.params if param.long or param.name in given]
    for param in asked[:FORM_FIELDS]:
        form.add_item(_field(param, given.get(param.name) or shown.get(param.name, "")))
    form.stop()  # discord.py would keep it in memory to call us; we read the interaction instead, also after a restart
    return form


def is_order(data: Mapping[str, Any]) -> bool:
    """Whether a modal interaction's data come from a form of a command."""
    return str(data.get("custom_id", "")).startswith(MARK)


def fields_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What was written into each field of a form, by its custom_id."""
    return {str(field["custom_id"]): str(field.get("value") or "") for field in _fields(data.get("components") or [])}


def submitted(data: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """The command's name and its arguments from a modal interaction's data; None when the form is not ours."""
    return (str(data["custom_id"]).removeprefix(MARK), fields_of(data)) if is_order(data) else None


def _field(param: Param, value: str) -> ui.Label[Any]:
    longest = min(param.limit, FORM_TEXT)
    style = discord.TextStyle.paragraph if param.long else discord.TextStyle.short
    entry: ui.TextInput[Any] = ui.TextInput(
        custom_id=param.name, style=style, required=param.required, max_length=longest, default=value[:longest] or None
    )
    return ui.Label(text=param.name.capitalize()[:FORM_TITLE], description=param.description[:100], component=entry)


def _fields(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Inputs, whether they stand in labels or in rows."""
    for component in components:
        if "custom_id" in component:
            yield component
        inner = [component["component"]] if component.get("component") else []
        yield from _fields([*inner, *(component.get("components") or [])])
