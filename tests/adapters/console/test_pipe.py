"""Standard input that is not a terminal: one message in, one answer out, nothing else on standard output."""

from tests.adapters.console.conftest import Run
from tests.fakes.model.server import ModelServer


async def test_the_stand_in_answers_a_newcomer_and_remembers_the_next_run(run: Run) -> None:
    first = await run(stdin=b"hello, my name is Ada")
    assert (first.status, first.err) == (0, "")
    assert "offline stand-in" in first.out
    assert "OPENAI_API_KEY" in first.out

    second = await run("chat", stdin=b"what is my name?\n")
    assert (second.status, second.out, second.err) == (0, "Your name is Ada.\n", "")


async def test_standard_output_is_the_models_text_to_the_byte(run: Run, model: ModelServer, endpoint: dict[str, str]) -> None:
    text = "# Title\n\n**bold** `code`\n\n\x1b[31mraw\x1b[0m é 日本 \U0001f600\n"
    model.says(text)
    ran = await run(stdin=b"many\nlines\n\nof one message", env=endpoint)
    assert (ran.status, ran.out, ran.err) == (0, text, "")
    assert any("many\nlines\n\nof one message" in line.text for line in model.asked[-1].lines)


async def test_rubbish_is_survived_and_arrives_as_text(run: Run, model: ModelServer, endpoint: dict[str, str]) -> None:
    model.says("What is that?")
    ran = await run(stdin=bytes(range(256)) + b"\xff\xfe\x00", env=endpoint)
    assert (ran.status, ran.out) == (0, "What is that?\n")
    assert not any("\x00" in line.text or "\x1b" in line.text for line in model.asked[-1].lines)


async def test_nothing_gets_a_hint_and_status_1(run: Run, model: ModelServer, endpoint: dict[str, str]) -> None:
    ran = await run(stdin=b" \n", env=endpoint)
    assert (ran.status, ran.out) == (1, "")
    assert "Write your question" in ran.err
    assert model.asked == []


async def test_too_much_is_refused_with_the_number_and_kept_nowhere(run: Run, model: ModelServer, endpoint: dict[str, str]) -> None:
    ran = await run(stdin=b"x" * 4001, env=endpoint)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "Your message has 4,001 characters; I read up to 4,000. Please shorten it or send it in parts.\n"
    assert model.asked == []


async def test_a_model_that_fails_is_a_sentence_and_status_1(run: Run, model: ModelServer, endpoint: dict[str, str]) -> None:
    model.status(401)
    ran = await run(stdin=b"hello", env=endpoint)
    assert (ran.status, ran.out) == (1, "")
    assert "my key was refused" in ran.err.splitlines()[-1]


async def test_an_answer_that_is_cut_comes_with_its_reason_on_the_other_stream(
    run: Run, model: ModelServer, endpoint: dict[str, str]
) -> None:
    model.length("As far as ", "it goes")
    ran = await run(stdin=b"hello", env=endpoint)
    assert (ran.status, ran.out) == (0, "As far as it goes\n")
    assert "length limit" in ran.err
