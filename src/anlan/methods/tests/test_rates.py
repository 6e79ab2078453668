"""Limits of counts, rates and shares against published and independent figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, poisson

from anlan.methods.coding.intervals import wilson
from anlan.methods.rates import poisson_limits, rate_limits, share_limits


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (6, 2.2019, 13.0595), (100, 81.3640, 121.6268)],
)
def test_the_limits_are_those_of_the_tables(events: int, low: float, high: float) -> None:
    """Garwood's table, as R's `poisson.test` prints it."""
    found = poisson_limits(events)
    assert float(found[0]) == pytest.approx(low, abs=5e-4)
    assert float(found[1]) == pytest.approx(high, abs=5e-4)


@given(st.integers(0, 3000))
@settings(max_examples=40)
def test_at_each_limit_the_tail_has_its_probability(events: int) -> None:
    low, high = (float(x) for x in poisson_limits(events))
    assert poisson.cdf(events, high) == pytest.approx(0.025, abs=1e-6)
    if events:
        assert poisson.sf(events - 1, low) == pytest.approx(0.025, abs=1e-6)


def test_no_exposure_is_no_rate_and_never_zero() -> None:
    rate, low, high = rate_limits([3, 3, 0], [1000.0, 0.0, 500.0], per=1000)
    assert np.isnan([rate[1], low[1], high[1]]).all()
    assert (rate[0], rate[2], low[2]) == (3.0, 0.0, 0.0)
    assert float(high[2]) == pytest.approx(3.6889 * 2, abs=1e-3)


@given(st.integers(0, 500), st.integers(0, 500))
@settings(max_examples=40)
def test_a_share_solves_wilsons_equation(part: int, rest: int) -> None:
    low, high = (float(x) for x in share_limits(part, part + rest))
    assert (low, high) == pytest.approx(wilson(part, part + rest), abs=1e-9)
    if part and rest:
        z, n = float(norm.ppf(0.975)), part + rest
        for limit in (low, high):
            assert (part / n - limit) ** 2 == pytest.approx(z * z * limit * (1 - limit) / n)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        poisson_limits(-1)
    with pytest.raises(ValueError, match="between"):
        share_limits(3, 2)
    with pytest.raises(ValueError, match="exposure"):
        rate_limits(1, -2)
