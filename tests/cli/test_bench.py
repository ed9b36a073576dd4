"""`make bench`: which figures are measured."""

import pytest

from benchmarks.__main__ import main


def test_a_benchmark_that_is_not_there_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bogus", "selection"])
    answer = capsys.readouterr()
    assert (ended.value.code, answer.out) == (2, "")
    assert "there is no bogus; there are access, aggregates, api, " in answer.err
    assert "selection" in answer.err
