"""What the benches of bursts say in the same words."""

from collections.abc import Sequence

from anlan.operations.bench.burst.site import Burst

Figures = dict[str, object]
SIZES = (10, 100, 1_000, 10_000)


def percentile(sorted_ms: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of sorted values, one digit; 0.0 of none."""
    if not sorted_ms:
        return 0.0
    rank = max(0, min(len(sorted_ms) - 1, round(share * len(sorted_ms) + 0.5) - 1))
    return round(sorted_ms[rank], 1)


def spread(burst: Burst, *, step: int | None = None) -> Figures:
    """Median and tail of a burst, and how many calls failed in the end."""
    ms = burst.ms(step=step)
    return {
        "p50_ms": percentile(ms, 0.5),
        "p99_ms": percentile(ms, 0.99),
        "errors": burst.errors,
    }


def cpu_ms(burst: Burst, deeds: int) -> float:
    """CPU milliseconds of all server processes for each deed."""
    return round(burst.cpu_s * 1000 / deeds, 3)
