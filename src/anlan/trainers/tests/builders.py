"""A trainer ready to teach."""

from datetime import date

from anlan.organizations.models import Organization
from anlan.testing.cast import NOW
from anlan.trainers.models import Trainer
from anlan.trainers.services import add_trainer


def a_trainer(
    provider: Organization,
    name: str = "讲师甲",
    *,
    industries: tuple[str, ...] = ("hazchem",),
    until: date = date(2099, 12, 31),
) -> Trainer:
    return add_trainer(
        provider=provider,
        name=name,
        industries=industries,
        qualification="注册安全工程师",
        qualified_until=until,
        by=None,
        at=NOW,
        synthetic=True,
    )
