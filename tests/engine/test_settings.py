"""Settings: read once, checked as a whole, every problem named at once and no value ever."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot.errors import SettingsInvalid
from bot.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
NAMES = [name.upper() for name in Settings.model_fields]
LINE = re.compile(r"(?:# )?([A-Z][A-Z_]+)=(.*)")
GROUP = re.compile(r"(?: {4}#|##) ([A-Z][A-Za-z ]+)")
SECRETS = ("DISCORD_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "OPENAI_API_KEY", "MODERATION_API_KEY")
SECRET = "hush-4711"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours in the environment, and no .env but the test's own."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str, encoding: str = "utf-8") -> None:
    Path(".env").write_text(text, encoding=encoding)


def complaint() -> str:
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings()
    return str(invalid.value)


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert (settings.platforms, settings.model_is_set) == ((), False)
    assert (settings.openai_temperature, settings.openai_max_tokens, settings.moderation, settings.thread_followups) == (
        0.7,
        1000,
        True,
        "one",
    )


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("OPENAI_MODEL=from-file\nPORT=4000\n")
    monkeypatch.setenv("OPENAI_MODEL", "from-environment")
    settings = load_settings()
    assert (settings.openai_model, settings.port) == ("from-environment", 4000)


def test_the_file_is_read_as_dotenv_does() -> None:
    write("# a comment\nexport OPENAI_MODEL='quoted # model'  # why\nLOG_LEVEL = debug\nUNKNOWN=1\n")
    settings = load_settings()
    assert (settings.openai_model, settings.log_level) == ("quoted # model", "DEBUG")


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_the_first_name() -> None:
    write("OPENAI_MODEL=first\n", "utf-8-sig")
    assert load_settings().openai_model == "first"


def test_a_file_in_another_encoding_is_said_in_words() -> None:
    Path(".env").write_bytes(b"OPENAI_MODEL=caf\xe9\n")
    assert "UTF-8" in complaint()


@pytest.mark.parametrize("where", ["file", "environment"])
def test_empty_counts_as_unset(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    if where == "file":
        write("".join(f"{name}=\n" for name in NAMES))
    else:
        for name in NAMES:
            monkeypatch.setenv(name, "")
    assert load_settings() == Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings' own


@pytest.mark.parametrize(("said", "meant"), [("on", True), ("off", False), ("ON", True), ("Off", False), ("true", True), ("0", False)])
@pytest.mark.parametrize("name", ["moderation", "streaming", "moderation_keep_text", "discord_message_content"])
def test_switches_are_on_or_off(name: str, said: str, meant: bool) -> None:
    write(f"{name.upper()}={said}\n")
    assert getattr(load_settings(), name) is meant


def test_lists_are_separated_by_commas() -> None:
    write("OPENAI_FALLBACK_MODELS= one , two/three:free,,\nPARLEY_ADMINS=discord:1,slack:T1:U1\n")
    settings = load_settings()
    assert (settings.openai_fallback_models, settings.parley_admins) == (("one", "two/three:free"), ("discord:1", "slack:T1:U1"))


WRONG = {
    "OPENAI_TEMPERATURE": "hot",
    "OPENAI_MAX_TOKENS": "0",
    "OPENAI_REASONING_EFFORT": "off",
    "OPENAI_BASE_URL": "localhost:1234",
    "MODERATION": "perhaps",
    "MODERATION_ON_ERROR": "ignore",
    "DISCORD_GATEWAY_URL": "https://gateway.example.com",
    "SLACK_MODE": "carrier-pigeon",
    "PORT": "70000",
    "BUDGET_PER_DAY": "-1",
    "DISPLAY_CURRENCY": "rupees",
    "DISPLAY_RATE": "inf",
    "PRICE_INPUT": "nan",
    "THREAD_FOLLOWUPS": "sometimes",
    "HISTORY_DAYS": "ninety",
    "REDIS_URL": "http://user:hush-4711@redis",
    "PARLEY_ADMINS": "irc:somebody",
    "LOG_LEVEL": "LOUD",
}


def test_every_problem_is_named_at_once_and_no_value() -> None:
    write("".join(f"{name}={value}\n" for name, value in WRONG.items()))
    said = complaint()
    assert set(re.findall(r"^  ([A-Z_]+): ", said, re.MULTILINE)) == WRONG.keys()
    for value in ("hot", "localhost:1234", "perhaps", "70000", "carrier-pigeon", "rupees", "irc:somebody", "hush-4711", "LOUD"):
        assert value not in said


@pytest.mark.parametrize("name", WRONG)
def test_each_problem_alone_is_found(name: str) -> None:
    write(f"{name}={WRONG[name]}\n")
    assert complaint().splitlines()[1].startswith(f"  {name}: ")


@pytest.mark.parametrize("entry", ["discord:", "discord:1:2", "slack:T1", "slack::U1", "slack:T1:U1:x", "discord", ":1"])
def test_an_admin_is_named_in_full(entry: str) -> None:
    write(f"PARLEY_ADMINS=discord:1,{entry}\n")
    assert "discord:ID or slack:TEAM:USER" in complaint()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SLACK_BOT_TOKEN"}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "socket"}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "http"}, "SLACK_SIGNING_SECRET"),
    ],
)
def test_half_a_slack_app_is_no_slack_app(given: set[str], missing: str) -> None:
    write("".join(f"SLACK_MODE={name}\n" if name.islower() else f"{name}={SECRET}\n" for name in given))
    said = complaint()
    assert "SLACK_MODE" in said
    assert missing in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("given", "transport"),
    [
        ({"SLACK_APP_TOKEN"}, "socket"),
        ({"SLACK_SIGNING_SECRET"}, "http"),
        ({"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}, "socket"),
        ({"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "http"}, "http"),
    ],
)
def test_slack_comes_by_socket_when_both_are_possible(given: set[str], transport: str) -> None:
    write(f"SLACK_BOT_TOKEN={SECRET}\n" + "".join(f"SLACK_MODE={name}\n" if name.islower() else f"{name}={SECRET}\n" for name in given))
    settings = load_settings()
    assert (settings.slack_transport, settings.platforms) == (transport, ("slack",))


def test_secrets_are_in_no_text_of_the_settings() -> None:
    write("".join(f"{name}={SECRET}\n" for name in SECRETS) + f"REDIS_URL=redis://:{SECRET}@redis:6379/0\n")
    settings = load_settings()
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == SECRET
    assert all(SECRET not in text for text in (repr(settings), str(settings), f"{settings.discord_bot_token}"))


def test_secrets_are_in_no_complaint_even_when_they_stand_in_the_wrong_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, SECRET)
    assert SECRET not in complaint()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


def example() -> list[tuple[str, str, str]]:
    """Name, default and sentence of each setting in the file, in its order."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    found = [(above, LINE.fullmatch(line)) for above, line in pairwise(lines)]
    return [(match[1], match[2], above.removeprefix("# ")) for above, match in found if match]


def grouped(lines: list[str], setting: re.Pattern[str]) -> list[tuple[str, str]]:
    """Each setting with the heading above it."""
    heading, pairs = "", []
    for line in lines:
        if match := GROUP.fullmatch(line):
            heading = match[1]
        elif match := setting.match(line):
            pairs.append((heading, match[1].upper()))
    return pairs


def test_the_example_has_every_setting_and_no_other_in_the_order_of_the_settings() -> None:
    assert [name for name, *_ in example()] == NAMES


def test_the_example_has_the_sentence_of_every_setting() -> None:
    sentences = {name.upper(): field.description for name, field in Settings.model_fields.items()}
    assert {name: sentence for name, _, sentence in example()} == sentences
    assert all(sentence and sentence.endswith(".") for sentence in sentences.values())


def test_the_example_has_the_default_of_every_setting() -> None:
    write("".join(f"{name}={default}\n" for name, default, _ in example()))
    assert load_settings() == Settings(_env_file=None)  # type: ignore[call-arg]
    empty = {name for name, default, _ in example() if not default}
    assert empty == {name.upper() for name, field in Settings.model_fields.items() if field.default in (None, "", ())}


def test_a_copy_of_the_example_changes_nothing() -> None:
    write(EXAMPLE.read_text(encoding="utf-8"))
    assert load_settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_the_example_is_grouped_like_the_settings() -> None:
    source = (ROOT / "bot" / "settings.py").read_text(encoding="utf-8").splitlines()
    of_settings = grouped(source, re.compile(r" {4}([a-z_]+): .*Field\("))
    assert grouped(EXAMPLE.read_text(encoding="utf-8").splitlines(), LINE) == of_settings
    assert len(of_settings) == len(NAMES)
