"""A seed tells the whole run."""

from dataclasses import replace

from tests.chaos.plan import LATEST, WEIGHTS, manner_of, plan_for

SIZE = {"turns": 40, "lanes": 8, "workers": 3}


def test_a_seed_gives_the_same_plan_each_time_and_another_seed_another() -> None:
    assert plan_for(7, **SIZE) == plan_for(7, **SIZE)
    assert plan_for(7, **SIZE) != replace(plan_for(8, **SIZE), seed=7)
    assert manner_of(7, "Q00-000") == manner_of(7, "Q00-000")
    assert len({manner_of(seed, "Q00-000") for seed in range(20)}) > 10


def test_every_kind_of_fault_comes_at_least_once_while_people_still_ask() -> None:
    for seed in range(50):
        plan = plan_for(seed, **SIZE)
        assert plan.kinds.keys() == WEIGHTS.keys()
        assert all(plan.greetings < fault.after <= plan.questions * LATEST for fault in plan.faults)
        assert list(plan.faults) == sorted(plan.faults, key=lambda fault: (fault.after, fault.delay))


def test_there_are_at_least_as_many_turns_as_were_wanted_and_people_write_in_every_kind_of_place() -> None:
    plan = plan_for(1, turns=200, lanes=20, workers=3)
    assert sum(len(lane.rounds) for lane in plan.lanes) == 200
    assert {lane.place for lane in plan.lanes} == {"thread", "dm", "channel"}
    assert any(len(each.pauses) > 1 for lane in plan.lanes for each in lane.rounds)
    assert plan.questions == sum(len(each.pauses) for lane in plan.lanes for each in lane.rounds)


def test_a_plan_reads_as_a_schedule() -> None:
    assert str(plan_for(1, **SIZE)).count("\n") == len(plan_for(1, **SIZE).faults) - 1
