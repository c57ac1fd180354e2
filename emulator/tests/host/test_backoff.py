"""How long the next worker has to wait."""

from emulator.host.backoff import LONGEST_SECONDS, WELL_SECONDS, BackOff


def test_the_first_death_costs_no_pause_and_the_next_ones_ever_more() -> None:
    back_off = BackOff()
    pauses = [back_off.after_life(0.1) for _ in range(8)]
    assert pauses[:4] == [0.0, 0.2, 0.4, 0.8]
    assert pauses[-1] == LONGEST_SECONDS


def test_a_worker_that_never_came_to_run_anything_is_not_replaced_at_once() -> None:
    back_off = BackOff()
    assert [back_off.after_failed_start() for _ in range(3)] == [0.2, 0.4, 0.8]


def test_a_long_life_makes_the_pauses_start_anew() -> None:
    back_off = BackOff()
    for _ in range(5):
        back_off.after_failed_start()
    assert [back_off.after_life(WELL_SECONDS), back_off.after_life(0.1)] == [0.0, 0.2]
