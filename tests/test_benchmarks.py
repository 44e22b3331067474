"""The benchmark of the store still runs: one part that counts, one that times, with the smallest numbers. Nothing measured is judged."""

import pytest

from benchmarks import store
from benchmarks.figures import Row, table

SMALLEST = store.Size(turns=1, edits=2, rest=0.5, conversations=1, exchanges=2, stops=1, kills=1, long_lanes=0, streams=(1,), returns=1)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["edits", "stops"])
async def test_a_part_of_the_benchmark_measures_all_that_it_should(name: str) -> None:
    (found,) = await store.measured(SMALLEST, [name])
    assert found.rows
    for row in found.rows:
        assert row.values, row.name
        assert len(row.values) >= row.wanted, row.name


def test_a_table_tells_times_counts_and_bytes() -> None:
    rows = [Row("a", [0.0123]), Row("b", [1.5], "2", unit="s"), Row("c", [8.0], unit="commands"), Row("d", [1234.5], unit="bytes")]
    printed = table(rows).splitlines()
    assert [line.split("|")[4].strip() for line in printed[2:]] == ["12.3", "1.50", "8", "1,234.50"]
