"""Buttons as Discord shows them (documents, "Component Reference": Action Row, Button)."""

from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord.limits import BUTTONS_IN_ROW, ROWS
from adapters.rendering.labels import label
from bot.vocabulary.controls import Button, PressKind

ROW, BUTTON = discord.ComponentType.action_row.value, discord.ComponentType.button.value
QUIET, LOUD = discord.ButtonStyle.secondary.value, discord.ButtonStyle.danger.value


def rows(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """The components of a message: what can be done with the answer, and in a row of its own how to page through its versions."""
    doing = [button for button in buttons if button.kind is not PressKind.SHOW]
    paging = [button for button in buttons if button.kind is PressKind.SHOW]
    full = [kind[at : at + BUTTONS_IN_ROW] for kind in (doing, paging) for at in range(0, len(kind), BUTTONS_IN_ROW)]
    return [{"type": ROW, "components": [_component(button) for button in row]} for row in full[:ROWS]]


def _component(button: Button) -> dict[str, Any]:
    """What it is goes with its custom_id, so that every process can read a press, however old the message."""
    style = LOUD if button.kind is PressKind.STOP else QUIET
    return {"type": BUTTON, "style": style, "label": label(button), "custom_id": str(button)}
