"""What Discord's headers teach: the pace of a channel, whose windows end when, and what a refusal holds up."""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.headers import CHANNELS, Headers, read
from adapters.discord.limits import FIVE_IN_FIVE, OVERALL, Allowance, budgets
from adapters.discord.opening import Discord
from adapters.rendering.pace import Pace
from bot.vocabulary.pace import Budget
from tests.adapters.rendering.test_shared_pace import allowed
from tests.fakes.clock import VirtualClock
from tests.fakes.discord import DiscordServer
from tests.fakes.discord.ratelimits import Window


def answer(limit: int, remaining: int, reset: float, bucket: str = "b", **more: str) -> Mapping[str, str]:
    """Headers as Discord writes them."""
    named = {"Limit": str(limit), "Remaining": str(remaining), "Reset-After": f"{reset:.3f}", "Bucket": bucket}
    return {f"X-RateLimit-{name}": value for name, value in named.items()} | {name.replace("_", "-"): value for name, value in more.items()}


class Desk:
    """Headers, and the pace that they tell."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.pace = Pace(self.clock)
        self.headers = Headers(self.pace)

    def drawn(self, kind: str, channel: int = 1) -> Budget:
        return self.headers.budgets(channel)[kind][0]

    def waits(self, budget: Budget, *, urgent: bool) -> "asyncio.Task[float]":
        """How long the next turn takes."""

        async def wait() -> float:
            began = self.clock.elapsed
            await self.pace.turn([budget], urgent=urgent)
            return self.clock.elapsed - began

        return asyncio.create_task(wait())


def test_until_headers_came_the_known_numbers_count() -> None:
    assert Desk().headers.budgets(7) == budgets(7)


def test_the_first_answer_of_a_window_tells_its_length() -> None:
    desk = Desk()
    desk.headers.note(1, "edit", 200, answer(3, 2, 7.98))
    assert desk.drawn("edit") == Allowance(3, 8.0).budget("discord:1/edit", most=4, reserve=1)
    assert desk.drawn("post").interval == budgets(1)["post"][0].interval


def test_what_is_seen_in_one_channel_is_expected_in_others_until_they_say_so_themselves() -> None:
    desk = Desk()
    desk.headers.note(1, "edit", 200, answer(3, 2, 6.0))
    assert desk.drawn("edit", 2).interval == desk.drawn("edit", 1).interval > FIVE_IN_FIVE.seconds / 4
    desk.headers.note(2, "edit", 200, answer(5, 4, 5.0))
    assert (desk.drawn("edit", 2).interval, desk.drawn("edit", 1).interval) == (1.3, 3.22)


@pytest.mark.parametrize(
    ("seen", "known"),
    [
        ([answer(5, 2, 1.2)], (5, 5.0)),  # the rest of a window is no window
        ([answer(5, 3, 8.0)], (5, 8.0)),  # but the window is no shorter than its rest
        ([answer(5, 4, 4.7)], (5, 5.0)),  # what passed before Discord counted
        ([answer(5, 4, 9.0)], (5, 9.0)),
        ([answer(5, 4, 9.0), answer(5, 3, 6.0)], (5, 9.0)),
        ([answer(5, 4, 9.0), answer(5, 4, 6.0)], (5, 6.0)),
        ([answer(5, 4, 1.0)], (5, 5.0)),  # the time of one token, where they come back one by one
        ([answer(2, 0, 1.0)], (2, 5.0)),
        ([answer(10, 9, 5.0), answer(10, 8, 4.0)], (10, 5.0)),
    ],
)
def test_windows_are_never_believed_shorter_than_they_may_be(seen: list[Mapping[str, str]], known: tuple[int, float]) -> None:
    desk = Desk()
    for headers in seen:
        desk.headers.note(1, "edit", 200, headers)
    assert desk.drawn("edit") == Allowance(*known).budget("discord:1/edit", most=4, reserve=1)


@given(limit=st.integers(1, 60), seconds=st.floats(0.1, 900.0), reserve=st.integers(0, 3))
def test_a_budget_never_holds_more_than_its_window(limit: int, seconds: float, reserve: int) -> None:
    budget = Allowance(limit, seconds).budget("b", most=4, reserve=reserve)
    assert allowed(budget, seconds) <= limit


def test_kinds_that_discord_counts_together_share_one_budget() -> None:
    desk = Desk()
    desk.headers.note(1, "post", 200, answer(5, 4, 5.0, "both"))
    desk.headers.note(1, "edit", 200, answer(5, 3, 4.0, "both"))
    assert desk.drawn("edit") == desk.drawn("post")
    assert desk.drawn("delete").bucket == "discord:1/delete"


async def test_the_last_token_is_for_urgent_sends_and_an_empty_window_for_nobody() -> None:
    desk = Desk()
    desk.headers.note(1, "edit", 200, answer(5, 1, 3.0))
    final, edit = desk.waits(desk.drawn("edit"), urgent=True), desk.waits(desk.drawn("edit"), urgent=False)
    assert await desk.clock.run_until(final) == 0.0
    assert await desk.clock.run_until(edit) == 3.0
    desk.headers.note(1, "edit", 200, answer(5, 0, 2.5))
    final = desk.waits(desk.drawn("edit"), urgent=True)
    post = desk.waits(desk.drawn("post"), urgent=False)
    assert await desk.clock.run_until(post) == 0.0
    assert await desk.clock.run_until(final) == 2.5


async def test_a_refusal_holds_its_channel_and_a_global_one_everything() -> None:
    desk = Desk()
    desk.headers.note(1, "edit", 429, answer(5, 0, 1.5, Retry_After="7"))
    held, free = desk.waits(desk.drawn("edit"), urgent=True), desk.waits(desk.drawn("edit", 2), urgent=True)
    assert await desk.clock.run_until(free) == 0.0
    assert await desk.clock.run_until(held) == 7.0
    desk.headers.note(1, "edit", 429, {"X-RateLimit-Global": "true", "Retry-After": "2"})
    desk.headers.note(1, "edit", 429, {"X-RateLimit-Scope": "global", "Retry-After": "3.5"})
    assert await desk.clock.run_until(desk.waits(OVERALL, urgent=True)) == 3.5


@pytest.mark.parametrize(
    "headers",
    [{}, answer(0, 0, 1.0), answer(5, 4, 0.0), {**answer(5, 4, 1.0), "X-RateLimit-Limit": "many"}, {"X-RateLimit-Reset-After": "inf"}],
)
def test_headers_that_make_no_sense_are_passed_over(headers: Mapping[str, str]) -> None:
    desk = Desk()
    for status in (200, 429):
        desk.headers.note(1, "edit", status, headers)
    assert read(headers) is None
    assert desk.headers.budgets(1) == budgets(1)


def test_channels_are_forgotten_in_the_end() -> None:
    desk = Desk()
    for channel in range(CHANNELS + 10):
        desk.headers.note(channel, "edit", 200, answer(3 + channel % 2, 2 + channel % 2, 5.0))
        desk.headers.budgets(channel)
    assert len(desk.headers._of_channel) == CHANNELS
    assert len(desk.headers._made) <= CHANNELS


async def test_a_real_client_learns_from_what_a_real_server_answers(server: DiscordServer, rest: Discord) -> None:
    server.limits.rules["PATCH /channels/{channel_id}/messages/{message_id}"] = Window(3, 6.0)
    channel = server.add_channel("general")
    drawn = rest.platform._headers.budgets
    before = drawn(channel.id)
    message = await rest.client.http.send_message(channel.id, params=_text("…"))
    assert drawn(channel.id) == before, "it was as expected"
    await rest.client.http.edit_message(channel.id, message["id"], params=_text("more"))
    assert drawn(channel.id)["edit"][0] == Allowance(3, 6.0).budget(f"discord:{channel.id}/edit", most=4, reserve=1)
    await rest.client.http.delete_message(channel.id, message["id"])
    assert drawn(channel.id)["delete"][0].interval < before["delete"][0].interval
    assert (await rest.client.http.get_channel(channel.id))["id"] == str(channel.id), "what is no send teaches nothing"


def _text(content: str):  # type: ignore[no-untyped-def]  # discord.py's own name for it is private
    from discord.http import handle_message_parameters

    return handle_message_parameters(content=content)
