"""The chat, on a real terminal against a real engine."""

import asyncio

from tests.adapters.console.conftest import Open
from tests.adapters.console.terminal import CLEAR, CTRL_C, CTRL_D, ENTER, ESCAPE
from tests.fakes.model.server import ModelServer


async def test_an_answer_grows_is_rendered_and_remembered_after_coming_back(
    terminal: Open, model: ModelServer, endpoint: dict[str, str]
) -> None:
    gate = asyncio.Event()
    model.says("Growing ", gate, "**to the end**.")
    first = await terminal("chat", env=endpoint)
    await first.sees("test-model at ")
    await first.sees("› ")
    first.types("hello there" + ENTER)
    await first.sees("Growing")
    gate.set()
    rendered = await first.sees("Growing to the end.")
    await first.sees("tokens in, ")
    assert "**to the end**" not in rendered.rsplit("Growing", 1)[1]
    first.types(CTRL_D)
    assert await first.ended() == 0

    second = await terminal(env=endpoint)
    await second.sees("› ")
    model.says("Again.")
    second.types("and now?" + ENTER)
    await second.sees("Again.")
    second.types("quit" + ENTER)
    assert await second.ended() == 0
    said = [line.text for line in model.asked[-1].lines]
    assert any("hello there" in text for text in said)
    assert any("to the end" in text for text in said)


async def test_ctrl_c_stops_the_answer_and_not_the_program(terminal: Open, model: ModelServer, endpoint: dict[str, str]) -> None:
    model.says("A beginning ", asyncio.Event(), "never said")
    chat = await terminal("chat", env=endpoint)
    await chat.sees("› ")
    chat.types("tell me everything" + ENTER)
    await chat.sees("A beginning")
    chat.types(CTRL_C)
    await chat.sees("Stopped.")
    async with asyncio.timeout(10):
        await model.disconnected.wait()

    chat.types(CTRL_C)
    await chat.sees("quit or exit leaves")
    model.says("Here again.")
    chat.types("still there?" + ENTER)
    await chat.sees("Here again.")
    chat.types("exit" + ENTER)
    assert await chat.ended() == 0
    assert "never said" not in chat.screen


async def test_orders_are_carried_out_and_long_text_is_asked_for_in_place(
    terminal: Open, model: ModelServer, endpoint: dict[str, str]
) -> None:
    chat = await terminal("chat", env=endpoint)
    await chat.sees("› ")
    chat.types("/help" + ENTER)
    await chat.sees("persona use")
    chat.types("/persona use wizard" + ENTER)
    await chat.sees("is none of")
    chat.types("/prsona" + ENTER)
    await chat.sees("do not know that order")

    chat.types("/persona set" + ENTER)
    await chat.sees("Esc then Enter saves")
    chat.types(CLEAR + "Answer like\ra pirate" + ESCAPE + ENTER)
    await chat.sees("in force from the next message")
    model.says("Arr.")
    chat.types("hello" + ENTER)
    await chat.sees("Arr.")
    assert "Answer like\na pirate" in model.asked[-1].system

    chat.types("/persona set" + ENTER)
    await chat.sees("Esc then Enter saves")
    chat.types(CTRL_C)
    await chat.sees("Left as it is.")
    chat.types("/usage" + ENTER)
    await chat.sees("Today on this server")
    chat.types("clear" + ENTER)
    await chat.sees("I have forgotten")
    model.says("New.")
    chat.types("hello again" + ENTER)
    await chat.sees("New.")
    assert not any("Arr." in line.text for line in model.asked[-1].lines)
    chat.types(CTRL_D)
    assert await chat.ended() == 0


async def test_a_long_answer_on_a_narrow_terminal_is_whole_in_the_scrollback(
    terminal: Open, model: ModelServer, endpoint: dict[str, str]
) -> None:
    lines = [f"- number {count}" for count in range(1, 61)]
    gate = asyncio.Event()
    model.says("\n".join(lines), gate, "\n\nThe end.")
    chat = await terminal("chat", env=endpoint, columns=20, rows=8)
    await chat.sees("› ")
    chat.types("count" + ENTER)
    await chat.sees("number 60")
    gate.set()
    await chat.sees("• number 1")
    whole = await chat.sees("The end.")
    assert all(f"number {count}" in whole for count in range(2, 61))
    chat.types(CTRL_D)
    assert await chat.ended() == 0


async def test_what_is_typed_while_an_answer_grows_is_answered_after_it(
    terminal: Open, model: ModelServer, endpoint: dict[str, str]
) -> None:
    gate = asyncio.Event()
    model.says("First ", gate, "answer.")
    model.says("Second answer.")
    chat = await terminal("chat", env=endpoint)
    await chat.sees("› ")
    chat.types("one" + ENTER)
    await chat.sees("First")
    chat.types("two" + ENTER)
    gate.set()
    await chat.sees("First answer.")
    await chat.sees("Second answer.")
    chat.types(CTRL_D)
    assert await chat.ended() == 0


async def test_two_terminals_do_not_share_a_data_folder(terminal: Open, endpoint: dict[str, str]) -> None:
    first = await terminal("chat", env=endpoint)
    await first.sees("› ")
    second = await terminal("chat", env=endpoint)
    await second.sees("Another terminal talks to Parley")
    assert await second.ended() == 2
    assert first.running
