"""Files of cases as a city hands them in, and what a story does with one."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.foundation.accounts.models import User
from anlan.injuries.jobs import import_batches
from anlan.injuries.models import Batch, Source
from anlan.injuries.services import uploads
from anlan.injuries.services.uploads import Matching
from anlan.testing.cast import NOW

HEADINGS = {
    "injured_on": "受伤日期",
    "employer_name": "单位名称",
    "uscc": "信用代码",
    "id_number": "身份证号",
    "district": "区县",
    "severity": "伤害程度",
    "narrative": "事故经过",
    "recognition.applied_on": "认定申请日期",
    "recognition.accepted_on": "受理日期",
    "recognition.decided_on": "认定日期",
    "recognition.outcome": "认定结果",
    "appraisal.grade": "伤残等级",
}
Line = Mapping[str, str]


def a_line(number: int, **said: str) -> dict[str, str]:
    """One row by field key, with its number."""
    return {
        "编号": f"A{number}",
        "injured_on": "2026-03-04",
        "employer_name": "泉化新材料（演示）有限公司",
        "severity": "轻伤",
        **said,
    }


def a_file(lines: Sequence[Line], *, name: str = "cases.csv") -> SimpleUploadedFile:
    text = io.StringIO()
    headings = ["编号", *HEADINGS.values()]
    writer = csv.writer(text)
    writer.writerow(headings)
    for line in lines:
        writer.writerow([line.get("编号", ""), *(line.get(key, "") for key in HEADINGS)])
    content = text.getvalue().encode()
    return SimpleUploadedFile(name, gzip.compress(content) if name.endswith(".gz") else content)


def uploaded(lines: Sequence[Line], by: User, **words: object) -> Batch:
    """A file whose columns are matched, ready for its dry run; the source is made once."""
    source = Source.objects.filter(title="认定系统").first()
    name = str(words.pop("name", "cases.csv"))
    at = cast(datetime, words.pop("at", NOW))
    batch = uploads.upload_batch(
        a_file(lines, name=name), source=source, title="认定系统", by=by, at=at
    )
    uploads.choose_columns(batch, Matching(HEADINGS, ["编号"]), by=by, at=at)
    return batch


def imported(lines: Sequence[Line], by: User, **words: object) -> Batch:
    at = cast(datetime, words.get("at", NOW))
    batch = uploaded(lines, by, **words)
    uploads.confirm_batch(batch, by=by, at=at)
    import_batches(at)
    batch.refresh_from_db()
    return batch


def counts(batch: Batch) -> tuple[int, int, int, int]:
    """New, changed, same, refused."""
    return batch.rows_new, batch.rows_changed, batch.rows_same, batch.rows_refused
