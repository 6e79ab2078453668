"""Putting a training project on the books (立项)."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import BadInput
from anlan.programs.models import Project


@transaction.atomic
def add_project(
    *,
    code: str,
    title: str,
    industry: str,
    since: date,
    until: date,
    quota_people: int,
    unit_price: Decimal,
    by: User | None,
    at: datetime,
    synthetic: bool = False,
) -> Project:
    """Add a project. `industry` is a key-industry code or empty for any, `unit_price` yuan."""
    code = code.strip()
    if until <= since:
        raise BadInput("结束日期不晚于开始日期。", "请改正项目的起止日期。")
    if quota_people <= 0 or unit_price <= 0:
        raise BadInput("计划人次和单价都应大于 0。", "请按立项批复填写。")
    if Project.objects.filter(code=code).exists():
        raise BadInput(f"项目编号「{code}」已登记。", "请核对编号；同一项目不必重复登记。")
    project = Project.objects.create(
        code=code,
        title=title.strip(),
        industry=industry,
        since=since,
        until=until,
        quota_people=quota_people,
        unit_price=unit_price,
        is_synthetic=synthetic,
    )
    record(
        project.subject,
        "project_added",
        by=by,
        at=at,
        code=code,
        title=project.title,
        industry=industry,
        since=since.isoformat(),
        until=until.isoformat(),
        quota_people=quota_people,
        unit_price=f"{unit_price:.2f}",
    )
    return project
