"""Pain 24: unwanted pings in generated text."""

import re

from tests.scenarios.slack_house import Acme

HOSTILE = (
    "<!channel> <!here> ",
    "<!everyone> <!subteam^S1|@all> <",
    "@U00000005> <#C00000006|general> ",
    "<https://evil.example|bank> @here @channel ",
    "[your bank](https://evil.example)",
)
ZERO_WIDTH = "\u200b"
LED = re.compile(r"<https://evil\.example\|your bank> \(evil\.example\)")
"""A link that shows where it leads."""

LIVE = re.compile(r"<(?:[@#!]|[a-z]+:[^<>]*\|[^<>]*>)")
"""What Slack would take for a mention, or for a link that shows other words than its address."""

SHOWN = (
    "<!channel> <!here> <!everyone> !subteam^S1|@all <@U00000005> <#C00000006|general> "
    "<https://evil.example%7Cbank> @here @channel [your bank](<https://evil.example>) (evil.example)"
)
"""As it arrives, but for what nobody sees; the group is an address of mail to Markdown."""


async def test_pain_24_nothing_that_the_model_writes_pings_or_hides_a_link(acme: Acme) -> None:
    asha = acme.slack.add_user("asha")
    general = acme.channel(asha)
    acme.model.says(*HOSTILE)
    acme.model.cut(*HOSTILE)
    async with acme.parley():
        root = await acme.asks(asha, general, "ping them all")
        await acme.slack.wait_for(lambda: [text.replace(ZERO_WIDTH, "") for text in acme.answers(general, under=root)] == [SHOWN])
        again = await acme.asks(asha, general, "again")
        await acme.slack.wait_for(lambda: "broke off" in "".join(acme.answers(general, under=again)))
    shown = [version.text for message in acme.slack.from_bot(general) for version in message.versions]
    sent = acme.slack.calls("chat.postMessage") + acme.slack.calls("chat.update")
    assert not [text for text in (*shown, *(LED.sub("", call["text"]) for call in sent)) if LIVE.search(text)]
    assert not [call for call in sent if call.get("link_names") or call.get("parse") not in (None, "none")]


async def test_pain_24_names_in_our_own_replies_are_inert_too(acme: Acme) -> None:
    asha = acme.slack.add_user("asha", admin=True)
    general = acme.channel(asha)
    async with acme.parley():
        await acme.slack.slash(asha, general, "/parley", "persona set Greet &lt;!channel&gt; always.")
        await acme.whispered(asha)
        await acme.slack.slash(asha, general, "/parley", "persona show")
        assert "Greet <!channel> always." in await acme.whispered(asha, 2)
    assert not [whisper for whisper in acme.slack.whispers if "<!" in whisper.text]
