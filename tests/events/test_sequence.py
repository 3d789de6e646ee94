"""The hybrid logical clock: a fact sorts after all sequences that were read for it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from events import sequence

MOMENTS = st.integers(min_value=0, max_value=10**sequence.MILLIS_DIGITS - 2)
COUNTERS = st.integers(min_value=0, max_value=10**sequence.COUNTER_DIGITS - 1)
SEQUENCES = st.builds(
    lambda millis, counter: f"{millis:013d}.{counter:04d}",
    MOMENTS,
    COUNTERS,
)


@given(now=MOMENTS, seen=st.lists(SEQUENCES))
def test_with_any_clock_a_fact_sorts_after_all_sequences_that_were_read(
    now: int, seen: list[str]
) -> None:
    assert all(sequence.after(now, seen) > cause for cause in seen)


@given(now=MOMENTS, seen=st.lists(SEQUENCES))
def test_every_sequence_has_the_same_width(now: int, seen: list[str]) -> None:
    assert re.fullmatch(sequence.PATTERN, sequence.after(now, seen))


@given(clocks=st.lists(MOMENTS, min_size=2))
def test_a_chain_of_facts_by_machines_with_any_clocks_sorts_as_it_was_stated(
    clocks: list[int],
) -> None:
    chain: list[str] = []
    for now in clocks:
        chain.append(sequence.after(now, chain[-1:]))

    assert chain == sorted(set(chain))


def test_a_clock_ahead_of_the_causes_is_used() -> None:
    assert sequence.after(1795425247382, ["1795425247381.0007"]) == "1795425247382.0000"


def test_a_clock_behind_the_causes_counts_on_from_the_latest_of_them() -> None:
    seen = ["1795425247382.0007", "1795425247382.0009", "1795425247100.9999"]

    assert sequence.after(1795425240000, seen) == "1795425247382.0010"


def test_a_full_counter_carries_into_the_milliseconds() -> None:
    assert sequence.after(0, ["1795425247382.9999"]) == "1795425247383.0000"


def test_without_causes_the_clock_alone_decides() -> None:
    assert sequence.after(42) == "0000000000042.0000"
