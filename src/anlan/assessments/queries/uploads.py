"""Reads of bank files on their way in."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from anlan.assessments.models import Bank, BankUpload, BankUploadStatus, ItemStatus
from anlan.assessments.parsing.drafts import answer_texts
from anlan.assessments.parsing.rows import Format
from anlan.assessments.parsing.sorting import Known
from anlan.assessments.queries.banks import banks_for
from anlan.foundation.accounts.models import User


def upload_for(user: User, uid: UUID) -> BankUpload:
    found = BankUpload.objects.filter(bank__in=banks_for(user))
    return found.select_related("bank", "file", "by").get(uid=uid)


def uploads_waiting() -> QuerySet[BankUpload]:
    """Files that the worker reads or imports, oldest first."""
    waiting = {BankUploadStatus.UPLOADED, BankUploadStatus.CONFIRMED}
    found = BankUpload.objects.filter(status__in=waiting).select_related("bank", "file", "by")
    return found.order_by("at", "id")


def known_items(bank: Bank) -> list[Known]:
    """What a file is compared with: of several versions of one question the newest."""
    rows = bank.items.order_by("version", "id").values_list(
        "key", "kind", "stem", "options", "fingerprint", "answer", "status"
    )
    return [
        Known(
            key,
            kind,
            stem,
            options,
            fingerprint,
            answer_texts(options, answer),
            retired=status == ItemStatus.RETIRED,
        )
        for key, kind, stem, options, fingerprint, answer, status in rows
    ]


def picture_hashes(bank: Bank) -> set[str]:
    """Pictures that this platform wrote itself, by their hashes."""
    return set(bank.items.filter(image__isnull=False).values_list("image__sha256", flat=True))


@dataclass(frozen=True, slots=True)
class ProblemRun:
    """Rows of one sheet, one below the other, that were refused for the same reason."""

    sheet: str
    first: int
    last: int
    text: str
    unit: str = "行"

    @property
    def where(self) -> str:
        rows = (
            f"第 {self.first} {self.unit}"
            if self.first == self.last
            else f"第 {self.first}–{self.last} {self.unit}"
        )
        return f"{self.sheet} {rows}".strip()


def problem_runs(upload: BankUpload) -> list[ProblemRun]:
    """An upload's problems, equal ones in consecutive rows told once."""
    unit = "行" if upload.format in {"", Format.SHEET, Format.JSONL} else "题"
    runs: list[ProblemRun] = []
    for found in upload.problems:
        sheet, row, text = found["sheet"], found["row"], found["text"]
        before = runs[-1] if runs else None
        if before and (before.sheet, before.last + 1, before.text) == (sheet, row, text):
            runs[-1] = ProblemRun(sheet, before.first, row, text, unit)
        else:
            runs.append(ProblemRun(sheet, row, row, text, unit))
    return runs
