"""One chaos run: a Discord, a model, a Redis, a receiver and workers; people ask while everything breaks; then the books are read."""

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store.connection import Store, open_store
from bot.vocabulary.controls import PressKind
from tests.chaos.checker import violations
from tests.chaos.chronicle import chronicle
from tests.chaos.gather import gather, leftovers
from tests.chaos.ground import DurableServer
from tests.chaos.hands import Diary
from tests.chaos.logs import defects_in
from tests.chaos.mischief import Mischief, Progress
from tests.chaos.people import Company, Seat, converse, seated
from tests.chaos.plan import Plan, manner_of
from tests.chaos.record import Record
from tests.chaos.speaking import Speaker
from tests.chaos.staff import Staff, staff
from tests.chaos.stories import answers_in, counts
from tests.chaos.world import World
from tests.fakes.model.server import ModelServer
from tests.scenarios.bills import PRICES
from tests.scenarios.discord_house import SPEED

LEASE_SECONDS = 1.0
START_SECONDS = 30.0
QUIET_SECONDS = 20.0
"""How long the last work may take to leave the store clean."""


SLOWEST = 5
"""Questions that the table names because they waited longest."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run. `seconds` from the first question to a clean store; `folder` has the processes' logs."""

    plan: Plan
    record: Record
    violations: list[str]
    faults: Mapping[str, int]
    seconds: float
    folder: Path

    @property
    def extra_calls(self) -> int:
        """Calls to the model beyond one an answer, those left out that it refused by plan or that people pressed for."""
        asked = [press for press in self.record.pressed if press.kind in (PressKind.REGENERATE, PressKind.CONTINUE) and counts(press)]
        return len([call for call in self.record.calls if not call.refused]) - len(answers_in(self.record)) - len(asked)

    @property
    def unsettled(self) -> int:
        """Calls whose process did not live to charge them, or found no Redis: their hold stands for them."""
        return sum(money.held for money in self.record.money.values())

    @property
    def turns(self) -> int:
        """Answers that stand."""
        return len(answers_in(self.record))

    @property
    def edits(self) -> int:
        """Questions that were edited, each time."""
        return len([change for change in self.record.changed if change.wording])

    @property
    def deletions(self) -> int:
        """Questions that were deleted."""
        return len(self.record.changed) - self.edits

    @property
    def longest_wait(self) -> float:
        """Seconds."""
        return max((question.waited for question in self.record.asked), default=0.0)

    def __str__(self) -> str:
        """For a failing run: what was violated, and how to see it again."""
        told = [f"seed {self.plan.seed}: {len(self.violations)} violations; logs in {self.folder}", *self.violations]
        return "\n".join([*told, "the faults were:", str(self.plan)])


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a run consists of, up and running."""

    plan: Plan
    world: World
    speaker: Speaker
    redis: DurableServer
    store: Store
    staff: Staff
    seats: list[Seat]
    folder: Path


async def run(plan: Plan, *, keep: bool = False) -> Report:
    """Play it. The folder stays when something was violated, or to `keep` it."""
    folder = Path(tempfile.mkdtemp(prefix="parley-chaos-"))
    async with _scene(plan, folder) as scene:
        report = await _played(scene)
    if not report.violations and not keep:
        shutil.rmtree(folder, ignore_errors=True)
    return report


@asynccontextmanager
async def _scene(plan: Plan, folder: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(World(speed=SPEED))
        model = await stack.enter_async_context(ModelServer())
        speaker = Speaker(lambda question: manner_of(plan.seed, question))
        speaker.speaks_for(model)
        redis = DurableServer(folder)
        redis.start_and_wait()
        stack.callback(redis.stop_and_wait)
        store = await stack.enter_async_context(open_store(redis.url))
        seats = seated(world, plan)
        everybody = await stack.enter_async_context(staff(redis.socket, _environment(world, model), folder, workers=plan.workers))
        await _listening(world, everybody)
        yield Scene(plan, world, speaker, redis, store, everybody, seats, folder)


async def _listening(world: World, everybody: Staff) -> None:
    """Return when events are heard. Raises `AssertionError` with the last words of whoever ended before."""
    async with asyncio.timeout(START_SECONDS):
        while not world.gateway.connections:
            for member in everybody.members:
                if await everybody.look(member) is not None:
                    raise AssertionError(f"{member.name} did not start: {member.log.read_text()[-2000:]}")
            await asyncio.sleep(0.05)


async def _played(scene: Scene) -> Report:
    began, progress, diary = time.monotonic(), Progress(), Diary()
    company = Company(scene.world, scene.plan.seed, diary, progress.one_more, asyncio.Barrier(len(scene.seats)))
    mischief = Mischief(staff=scene.staff, redis=scene.redis, world=scene.world, progress=progress)
    async with asyncio.TaskGroup() as together:
        for fault in scene.plan.faults:
            together.create_task(mischief.strike(fault))
        for seat in scene.seats:
            together.create_task(converse(company, seat))
    await _quiet(scene.store)
    seconds = time.monotonic() - began
    codes = await scene.staff.end()
    complaints = [
        *(f"{name} ended with {code}" for name, code in codes.items() if code),
        *defects_in(scene.folder),
        *scene.world.violations,
    ]
    record = await gather(scene.world, scene.store, scene.speaker.calls, diary, complaints=complaints)
    (scene.folder / "chronicle.txt").write_text(chronicle(scene.world, scene.speaker.calls, diary))
    return Report(scene.plan, record, violations(record), mischief.done, seconds, scene.folder)


async def _quiet(store: Store) -> None:
    """Return when nothing is left to do, and one lease later; or after `QUIET_SECONDS`: what rests then is seen in the record."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        if not await leftovers(store):
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.5 * LEASE_SECONDS)


def _environment(world: World, model: ModelServer) -> dict[str, str]:
    """As an operator would write it."""
    return {
        "DISCORD_BOT_TOKEN": world.token,
        "DISCORD_API_URL": world.api_url,
        "DISCORD_GATEWAY_URL": world.gateway_url,
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_MODEL": "small",
        "OPENAI_MAX_TOKENS": "1000",
        "MODEL_BACKOFF": "0.01",
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "DRAIN_SECONDS": "5",
        "LOG_FORMAT": "json",
    } | {name.upper(): str(price) for name, price in PRICES.items()}


def table(reports: list[Report]) -> str:
    """One line a run, and the faults of all of them by kind."""
    lines = ["      seed  turns  questions  presses  edits  deletions  faults  extra calls  held calls  seconds  longest wait  violations"]
    for report in reports:
        done = f"{len(report.record.pressed):7}  {report.edits:5}  {report.deletions:9}"
        counted = f"{report.turns:5}  {len(report.record.asked):9}  {done}  {sum(report.faults.values()):6}  {report.extra_calls:11}"
        timed = f"{report.unsettled:10}  {report.seconds:7.1f}  {report.longest_wait:12.1f}"
        lines.append(f"{report.plan.seed:10}  {counted}  {timed}  {len(report.violations):10}")
    faults = sum((Counter(report.faults) for report in reports), Counter[str]())
    pressed = Counter(f"press of {press.kind.value}" for report in reports for press in report.record.pressed)
    slow = sorted((each for report in reports for each in report.record.asked), key=lambda each: -each.waited)[:SLOWEST]
    lines += ["", "waited longest: " + ", ".join(f"{each.name} {each.waited:.1f} s (message {each.message})" for each in slow)]
    return "\n".join([*lines, "", *(f"{kind:18} {count:5}" for kind, count in sorted((faults + pressed).items()))])
