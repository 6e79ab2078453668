"""Keeping a provider's trainers, and what came of their classes."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import BadInput
from anlan.lib.states import advance
from anlan.organizations.models import Kind, Organization
from anlan.trainers.models import Outcome, Trainer, TrainerStatus
from anlan.trainers.states import STEPS


@transaction.atomic
def add_trainer(
    *,
    provider: Organization,
    name: str,
    industries: Sequence[str],
    qualification: str,
    qualified_until: date,
    by: User | None,
    at: datetime,
    user: User | None = None,
    synthetic: bool = False,
) -> Trainer:
    """Add a qualified trainer to a provider. `industries` are key-industry codes; empty is any."""
    if provider.kind != Kind.PROVIDER:
        raise BadInput(f"「{provider.name}」不是培训机构，不能登记讲师。", "请选择培训机构。")
    if qualified_until < local_date(at):
        raise BadInput(
            f"资格已于 {date_text(qualified_until)} 到期。", "请填写换证后的有效期，再登记。"
        )
    trainer = Trainer.objects.create(
        provider=provider,
        name=name.strip(),
        industries=list(industries),
        qualification=qualification.strip(),
        qualified_until=qualified_until,
        user=user,
        is_synthetic=synthetic,
    )
    record(
        trainer.subject,
        "trainer_added",
        by=by,
        at=at,
        about=trainer.uid,
        personal={"trainer": {"name": trainer.name, "qualification": trainer.qualification}},
        provider=provider.subject,
        industries=list(industries),
        qualified_until=qualified_until.isoformat(),
    )
    return trainer


@transaction.atomic
def retire_trainer(trainer: Trainer, *, by: User, at: datetime, reason: str) -> None:
    """The trainer teaches no more; what was taught and what came of it stays."""
    if not reason.strip():
        raise BadInput("请写明退出原因。", "例如：离职、资格到期未换证、评价持续偏低。")
    advance(trainer, TrainerStatus.RETIRED, STEPS)
    record(
        trainer.subject,
        "trainer_retired",
        by=by,
        at=at,
        about=trainer.uid,
        personal={"reason": reason.strip()},
    )


def record_outcome(
    trainer: Trainer,
    *,
    occasion: uuid.UUID,
    sat: int,
    passed: int,
    ratings: int,
    rating_sum: int,
    at: datetime,
) -> Outcome:
    """What one occasion says of a trainer; told twice, the later telling stands.

    No ledger line of its own: the occasion's closing line holds these sums.
    """
    if not 0 <= passed <= sat or not ratings <= rating_sum <= 5 * ratings:
        raise ValueError(f"impossible sums: {passed}/{sat}, {rating_sum} of {ratings} ratings")
    outcome, _new = Outcome.objects.update_or_create(
        trainer=trainer,
        occasion=occasion,
        defaults={
            "sat": sat,
            "passed": passed,
            "ratings": ratings,
            "rating_sum": rating_sum,
            "at": at,
        },
    )
    return outcome
