"""Which model the terminal talks to when nobody named one."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.console.choose_model import chosen_model
from bot.llm.discover import Candidate
from bot.offline.server import MODEL, OfflineServer
from bot.settings import Settings, load_settings
from tests.fakes.model.server import ModelServer

NOBODY = Candidate("Nobody", "http://127.0.0.1:9/v1")


class Person:
    """Answers every question the same, and remembers them."""

    def __init__(self, *, says: bool) -> None:
        self.asked: list[str] = []
        self._says = says

    async def __call__(self, question: str) -> bool:
        self.asked.append(question)
        return self._says


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "MODERATION", "MODERATION_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return load_settings(_env_file=None, data_dir=tmp_path / "data")


def candidate(server: ModelServer) -> Candidate:
    return Candidate("Ollama", server.base_url)


async def test_a_server_on_this_machine_is_named_and_asked_about_once(settings: Settings, model: ModelServer) -> None:
    for questions in (1, 0):
        person = Person(says=True)
        async with chosen_model(settings, ask=person, candidates=(NOBODY, candidate(model))) as chosen:
            assert chosen.settings.openai_base_url == model.base_url
            assert chosen.settings.openai_model == "test-model"
            assert chosen.settings.moderation_base_url not in ("", model.base_url)  # the word list
            assert "test-model answers, by Ollama on this machine." in chosen.who
            assert "word list" in chosen.who
        assert len(person.asked) == questions
        assert all("Ollama" in question and model.base_url in question for question in person.asked)


async def test_a_no_is_remembered_and_the_stand_in_answers(settings: Settings, model: ModelServer) -> None:
    for questions in (1, 0):
        person = Person(says=False)
        async with chosen_model(settings, ask=person, candidates=(candidate(model),)) as chosen:
            assert chosen.settings.openai_model == MODEL
            assert chosen.settings.openai_base_url == chosen.settings.moderation_base_url != model.base_url
            assert "stand-in" in chosen.who
        assert len(person.asked) == questions
    assert model.sent("/v1/chat/completions") == []


async def test_a_yes_to_one_server_is_no_yes_to_another(settings: Settings, model: ModelServer) -> None:
    async with chosen_model(settings, ask=Person(says=True), candidates=(candidate(model),)):
        pass
    async with OfflineServer() as other:
        person = Person(says=False)
        async with chosen_model(settings, ask=person, candidates=(Candidate("vLLM", other.base_url),)) as chosen:
            assert chosen.settings.openai_base_url != other.base_url
        assert len(person.asked) == 1


async def test_without_a_terminal_a_found_server_is_not_even_asked(settings: Settings, model: ModelServer) -> None:
    async with chosen_model(settings, ask=None, candidates=(candidate(model),)) as chosen:
        assert chosen.settings.openai_model == MODEL
    assert model.requests == []


async def test_a_named_model_is_used_and_nobody_is_asked(settings: Settings, model: ModelServer) -> None:
    person = Person(says=True)
    named = settings.model_copy(update={"openai_base_url": "https://api.openai.com/v1", "openai_model": "gpt-x"})
    async with chosen_model(named, ask=person, candidates=(candidate(model),)) as chosen:
        assert chosen.settings == named
        assert "gpt-x" in chosen.who
    assert person.asked == []


@pytest.mark.parametrize(
    ("update", "own_word_list"),
    [({}, True), ({"moderation": False}, False), ({"moderation_base_url": "https://moderation.example/v1"}, False)],
)
async def test_an_endpoint_without_moderation_gets_the_word_list_unless_decided_otherwise(
    settings: Settings, update: dict[str, object], own_word_list: bool
) -> None:
    named = settings.model_copy(update={"openai_base_url": "http://127.0.0.1:9/v1", **update})
    async with chosen_model(named, ask=None) as chosen:
        assert (chosen.settings.moderation_base_url != named.moderation_base_url) is own_word_list
        assert ("word list" in chosen.who) is own_word_list


async def test_a_spoilt_file_of_choices_is_no_answer(settings: Settings, model: ModelServer) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "model_choices.json").write_text('["yes", ')
    person: Callable[[str], Awaitable[bool]] = Person(says=True)
    async with chosen_model(settings, ask=person, candidates=(candidate(model),)) as chosen:
        assert chosen.settings.openai_base_url == model.base_url
