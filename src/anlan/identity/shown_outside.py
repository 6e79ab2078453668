"""What outsiders said about people, and insured lists and checks, as a screen shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from anlan.identity.insured import Asked, Result, Stretch, asked_of, stretches_of
from anlan.identity.models import (
    InsuredCheck,
    InsuredList,
    NetworkAnswer,
    NetworkCheck,
    SealedStatus,
)
from anlan.identity.queries import insured
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_id, mask_name

FIRST = 10
MOST_PROBLEMS = 200
SAID = {
    NetworkAnswer.AGREE: "姓名与身份证号经国家网络身份认证核对一致",
    NetworkAnswer.DIFFER: "姓名与身份证号经国家网络身份认证核对不一致",
    NetworkAnswer.UNKNOWN: "国家网络身份认证查不到这个身份证号",
    NetworkAnswer.UNAVAILABLE: "国家网络身份认证服务不可用，姓名与身份证号未能核对",
}


@dataclass(frozen=True)
class ShownNetworkCheck:
    """What the network said of one person: a mark, and for whom it waits."""

    uid: UUID
    person_uid: UUID
    name: str
    words: str
    answer: str
    label: str
    asked_at: datetime | None
    decision: str
    decided_by: str
    tone: str
    waits: bool

    @classmethod
    def of(cls, check: NetworkCheck, *, by_name: bool = False) -> "ShownNetworkCheck":
        answer = NetworkAnswer(check.answer) if check.answer else None
        agreed = answer == NetworkAnswer.AGREE
        return cls(
            uid=check.uid,
            person_uid=check.person.uid,
            name=check.person.name if by_name else mask_name(check.person.name),
            words=SAID[answer] if answer else "正在等待国家网络身份认证核对姓名与身份证号",
            answer=str(answer or ""),
            label=str(answer.label) if answer else "等待核对",
            asked_at=check.asked_at,
            decision=check.decision,
            decided_by=check.decided_by.name if check.decided_by else "",
            tone="ok" if agreed else "warn" if answer else "info",
            waits=answer is not None and not agreed and check.due_at is None,
        )


@dataclass(frozen=True)
class ListPreview:
    """What an import would do, and the first rows masked."""

    rows: list[tuple[int, str, str, str, str, str]]
    good: int
    bad: int
    problems: list[str]


def preview_of(uploaded: InsuredList) -> ListPreview:
    table = insured.table_of(uploaded)
    rows: list[tuple[int, str, str, str, str, str]] = []
    problems: list[str] = []
    good = 0
    for number, row in stretches_of(table, uploaded.mapping, today=local_date(uploaded.at)):
        wrong = row if isinstance(row, str) else ""
        if isinstance(row, Stretch):
            good += 1
            told = (mask_id(row.id_number), row.uscc, _day(row.since), _day(row.until))
        else:
            problems.append(f"第 {number} 行：{wrong}。")
            told = ("", "", "", "")
        if len(rows) < FIRST:
            rows.append((number, *told, wrong))
    return ListPreview(rows, good, len(problems), problems[:MOST_PROBLEMS])


def problems_of(uploaded: InsuredList) -> dict[int, list[str]]:
    """Rows that can't be used, with the reason."""
    rows = stretches_of(insured.table_of(uploaded), uploaded.mapping, today=local_date(uploaded.at))
    return {number: [row] for number, row in rows if isinstance(row, str)}


def _day(day: object) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


@dataclass(frozen=True)
class Count:
    """How many rows came to a result."""

    label: str
    rows: int
    tone: str


def counts_of(check: InsuredCheck) -> list[Count]:
    """Every result, those without a row too, except the one that only a missing list gives."""
    tones = {Result.INSURED: "ok", Result.NO_LIST: "info"}
    found = []
    for one in (Result.INSURED, *(one for one in Result if one != Result.INSURED)):
        rows = int(check.counts.get(one.value, 0))
        if rows or one != Result.NO_LIST:
            found.append(Count(str(one.label), rows, tones.get(one, "warn" if rows else "info")))
    return found


def first_rows(check: InsuredCheck) -> list[Asked]:
    """The first rows as they would be compared, masked; nothing before both columns are named."""
    if not {"name", "id_number"} <= set(check.mapping):
        return []
    rows = asked_of(insured.table_of(check), check.mapping, today=local_date(check.at))
    return [
        Asked(row.number, mask_name(row.name), mask_id(row.id_number), row.problem)
        for row in rows[:FIRST]
    ]


def is_running(upload: InsuredList | InsuredCheck) -> bool:
    return upload.status in {SealedStatus.QUEUED, SealedStatus.RUNNING}


def in_force_to(lists: Iterable[InsuredList]) -> date | None:
    """Up to which day the lists in use are complete."""
    return min((one.as_of for one in lists), default=None)
