"""What the product ships and an installation, a walk and a bench begin with."""

from collections.abc import Callable
from datetime import datetime

from anlan.assessments.services import load_checklists, load_own_bank
from anlan.courses.services import load_syllabi
from anlan.foundation.codes.services import load_codes
from anlan.foundation.rules.services import load_rules
from anlan.visits.services.checklists import load_inspection_lists

# In the order in which one needs the other. Each loader is idempotent and says how many it
# looked after.
LOADERS: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("代码表", lambda at: load_codes()),
    ("规则", lambda at: load_rules()),
    ("题库", lambda at: load_own_bank(at=at).items.count()),
    ("实操评分表", lambda at: load_checklists()),
    ("培训大纲", lambda at: load_syllabi()),
    ("检查清单", lambda at: load_inspection_lists()),
)


def load_everything(*, at: datetime) -> str:
    """Load all of it; what was looked after, in a line."""
    return "　".join(f"{label} {load(at)}" for label, load in LOADERS)
