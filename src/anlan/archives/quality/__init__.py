"""四性检测 at sealing, after DA/T 70-2018: authenticity, integrity, usability, security.

Every line is computed from the files as they go into the bag and from the records behind them. What
nobody checked is said to be unchecked, what failed is shown as failed: sealing goes on, because a
class that was not sealed would lose more.
"""

from anlan.archives.quality.authenticity import authenticity
from anlan.archives.quality.checks import (
    SHEET,
    STANDARD,
    Check,
    Natures,
    Sample,
    counted,
    sheet,
)
from anlan.archives.quality.integrity import integrity
from anlan.archives.quality.security import security
from anlan.archives.quality.usability import usability

__all__ = ["SHEET", "STANDARD", "Check", "Natures", "Sample", "counted", "examine", "sheet"]


def examine(sample: Sample) -> list[Check]:
    """Every check, in the order of the standard."""
    return [
        *authenticity(sample),
        *integrity(sample),
        *usability(sample),
        *security(sample),
    ]
