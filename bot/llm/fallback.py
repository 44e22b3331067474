"""A Model that asks other models, in order, when the first does not answer."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.errors import ModelBroken, ModelError, ModelPassing
from bot.vocabulary.model import SPOKEN, Finished, Model, ModelEvent, ModelRequest, Waiting

SWITCHING = (ModelPassing, ModelBroken)
"""What another model may do better. A refused key or used-up money is the same for all of them."""


class Fallback:
    """The request's own model, then `models`, before the first visible word only.

    `first_token` and `first_token_fallback` are deadlines in seconds: the short one where another model follows and no reasoning
    is asked for. The calls of the n-th further model are named `<call>.f<n>`, since money is held per call.
    """

    def __init__(self, model: Model, *, models: Sequence[str], first_token: float, first_token_fallback: float) -> None:
        self._model = model
        self._models = tuple(models)
        self._first_token = first_token
        self._first_token_fallback = first_token_fallback

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield the events of the model that speaks; a `Waiting` names each further one. Raises the first model's error."""
        names = list(dict.fromkeys((request.model, *self._models)))
        failures: list[tuple[str, ModelError]] = []
        spent = 0  # calls to models that failed
        for index, name in enumerate(names):
            asked = self._asked(request, name=name, index=index, last=index == len(names) - 1)
            spoken, calls = False, 1
            try:
                async with aclosing(self._model.stream(asked)) as events:
                    async for event in events:
                        if isinstance(event, SPOKEN):  # nearly all are
                            spoken = True
                            yield event
                            continue
                        calls += isinstance(event, Waiting)  # each announces one more call
                        yield _counted(event, before=spent)
                return
            except SWITCHING as error:
                if spoken:
                    raise
                failures.append((name, error))
                spent += calls
            if index + 1 < len(names):
                yield Waiting(failures[-1][1].kind, names[index + 1], 1)
        raise _telling(failures) from failures[-1][1]

    def _asked(self, request: ModelRequest, *, name: str, index: int, last: bool) -> ModelRequest:
        reasons = request.sampling.reasoning_effort not in (None, "none")
        deadline = self._first_token if last or reasons else self._first_token_fallback
        call = f"{request.call}.f{index}" if index else request.call
        return replace(request, call=call, model=name, first_token=deadline)


def _counted(event: ModelEvent, *, before: int) -> ModelEvent:
    return replace(event, attempts=event.attempts + before) if isinstance(event, Finished) else event


def _telling(failures: Sequence[tuple[str, ModelError]]) -> ModelError:
    """The first model's error, for it is the one that was chosen; its line for the operator names the others' too."""
    first = failures[0][1]
    if len(failures) == 1:
        return first
    line = "; ".join(f"{name}: {error.kind}: {error}" for name, error in failures)
    return type(first)(line, user_text=first.user_text, retry_after=first.retry_after)
