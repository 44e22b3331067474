"""What people do in the local Slack, and what a real bolt app hears of it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.bolted import app_of, client_of, connected
from tests.fakes.slack.server import SlackServer
from tests.fakes.slack.workspace import Message

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "persona",
    "title": {"type": "plain_text", "text": "Persona"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "i",
            "label": {"type": "plain_text", "text": "Instructions"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 3000},
        }
    ],
}
STOP: dict[str, Any] = {
    "type": "actions",
    "block_id": "buttons",
    "elements": [{"type": "button", "action_id": "stop", "value": "t1", "text": {"type": "plain_text", "text": "Stop"}}],
}


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        yield running
        running.assert_clean()


def texts(message: Message) -> list[str]:
    return [version.text for version in message.versions]


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_command_opens_a_form_and_the_form_is_checked(server: SlackServer, transport: str) -> None:
    server.transport = transport
    app = app_of(server)

    @app.command("/parley")
    async def command(ack: Any, body: dict[str, Any], client: AsyncWebClient, respond: Any) -> None:
        await ack("One moment.")
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await respond(f"You said {body['text']}", response_type="in_channel")

    @app.view("persona")
    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        text = view["state"]["values"]["i"]["text"]["value"]
        await ack(response_action="errors", errors={"i": "No."}) if text == "bad" else await ack()

    alice = server.add_user("alice", admin=True)
    general = server.add_channel(members=[alice])
    async with connected(server, app):
        given = await server.slash(alice, general, "/parley", "persona set")
        assert given.answer["text"] == "One moment."
        modal = await server.wait_for(lambda: next(iter(server.world.views.values()), None))
        await server.wait_for(lambda: server.from_bot(general))
        with pytest.raises(ValueError, match="3001 characters"):
            await server.submit_view(alice, modal, {"text": "x" * 3001})
        with pytest.raises(ValueError, match="demands text"):
            await server.submit_view(alice, modal, {})
        refused = await server.submit_view(alice, modal, {"text": "bad"})
        assert refused.answer == {"response_action": "errors", "errors": {"i": "No."}}
        assert not modal.closed
        await server.submit_view(alice, modal, {"text": "Be kind."})
        assert modal.closed
        used = client_of(server).views_open(trigger_id=given.body["trigger_id"], view=MODAL)
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await used
    assert [(w.user, w.text, w.via) for w in server.whispers] == [(alice.id, "One moment.", "ack")]
    assert texts(server.from_bot(general)[0]) == ["You said persona set"]


async def test_a_button_and_its_response_url(server: SlackServer) -> None:
    app = app_of(server)

    @app.action("stop")
    async def stop(ack: Any, action: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(text=f"stopped {action['value']}", replace_original=True)

    @app.shortcut("ask")
    async def ask(ack: Any, shortcut: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(text=shortcut["message"]["text"])

    alice = server.add_user("alice")
    general = server.add_channel(members=[alice])
    async with connected(server, app):
        await client_of(server).chat_postMessage(channel=general.id, text="working", blocks=[STOP])
        [message] = server.from_bot(general)
        pressed = await server.action(alice, message, "stop")
        await server.wait_for(lambda: message.text == "stopped t1")
        with pytest.raises(LookupError, match="nobody can press"):
            await server.action(alice, message, "stop")
        await server.shortcut(alice, "ask", message)
        await server.wait_for(lambda: server.whispers)
        async with aiohttp.ClientSession() as session:
            for expected in (200, 200, 200, 200, 404):
                async with session.post(pressed.body["response_url"], json={"text": "again"}) as answer:
                    assert answer.status == expected
    assert server.whispers[0].text == "stopped t1"


async def test_events_of_edits_strangers_and_direct_messages(server: SlackServer) -> None:
    app, events = app_of(server), []

    @app.event("app_mention")
    @app.event("message")
    @app.event({"type": "message", "subtype": "bot_message"})
    async def any_event(body: dict[str, Any]) -> None:
        events.append(body)

    alice = server.add_user("alice")
    stranger = server.add_user("eve", team=server.add_team("Elsewhere", installed=False), admin=True)
    shared, dm = server.add_channel(members=[alice, stranger]), server.world.dm(alice, server.team)
    mention = f"<@{server.team.bot_user}> hi"
    async with connected(server, app):
        root = await server.says(stranger, shared, mention)
        reply = await server.says(alice, shared, "in thread", root.ts)
        await server.edits(reply, "changed")
        await server.deletes(reply)
        await server.says(alice, dm, mention, files=[server.add_file("a.txt", b"x")])
        await server.integration_says(shared, "build failed")
        await server.delivered()
    bodies = [d.body for d in server.post.deliveries]
    asked, said, replied, changed, deleted, direct, integration = (body["event"] for body in bodies)
    assert (asked["type"], asked["team"], asked["user_team"]) == ("app_mention", server.team.id, stranger.team)
    assert (said["type"], said["team"], said["ts"]) == ("message", stranger.team, asked["ts"])
    assert (bodies[1]["team_id"], bodies[1]["is_ext_shared_channel"]) == (stranger.team, True)
    assert bodies[1]["authorizations"][0]["team_id"] == server.team.id
    assert (replied["thread_ts"], replied["parent_user_id"]) == (root.ts, stranger.id)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("changed", "in thread")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", reply.ts)
    assert (direct["type"], direct["channel_type"], direct["subtype"]) == ("message", "im", "file_share")
    assert ("user" in integration, integration["subtype"]) == (False, "bot_message")


async def test_a_failed_wait_shows_what_was_to_be_seen(server: SlackServer) -> None:
    alice = server.add_user("alice")
    dm = server.world.dm(alice, server.team)
    server.transport = "http://127.0.0.1:9/"
    await server.says(alice, dm, "hello &lt;you&gt;")
    with pytest.raises(TimeoutError, match="hello &lt;you&gt;"):
        await server.wait_for(lambda: False, timeout=0.01)


async def test_files_are_for_whoever_has_a_token(server: SlackServer) -> None:
    url = server.add_file("a.png", b"pixels", "image/png")["url_private"]
    async with aiohttp.ClientSession() as session:
        for headers, expected in (
            ({"Authorization": f"Bearer {server.bot_token}"}, ("image/png", b"pixels")),
            ({}, ("text/html", b"<html>Sign in to Slack</html>")),
        ):
            async with session.get(url, headers=headers) as answer:
                assert (answer.content_type, await answer.read()) == expected


async def test_the_home_tab_and_a_closed_form(server: SlackServer) -> None:
    app, client = app_of(server), client_of(server)

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": []})

    @app.global_shortcut("form")
    async def form(ack: Any, shortcut: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)

    alice, bob = server.add_user("alice"), server.add_user("bob")
    async with connected(server, app):
        await server.opens_home(alice, "home")
        await server.wait_for(lambda: server.world.homes.get(alice.id))
        await server.shortcut(alice, "form")
        modal = await server.wait_for(lambda: next(iter(server.world.views.values()), None))
        updated = await client.views_update(view_id=modal.id, hash=modal.hash, view=MODAL)
        assert updated["view"]["hash"] == modal.hash
        with pytest.raises(SlackApiError, match="hash_conflict"):
            await client.views_update(view_id=modal.id, hash="stale", view=MODAL)
        with pytest.raises(ValueError, match="only who has the form open"):
            await server.submit_view(bob, modal, {"text": "x"})
        assert await server.close_view(alice, modal) is None
        with pytest.raises(SlackApiError, match="not_found"):
            await client.views_update(view_id=modal.id, view=MODAL)
