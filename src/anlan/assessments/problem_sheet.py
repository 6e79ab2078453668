"""The rows that did not come in, as a workbook to mend and hand in again."""

from anlan.assessments.models import BankUpload
from anlan.assessments.parsing.drafts import LETTERS
from anlan.assessments.parsing.rows import Format
from anlan.assessments.parsing.sheets import cells_at
from anlan.lib.spreadsheets import write_table

_FIELDS = (("kind", "题型"), ("stem", "题干"), ("options", "选项"), ("answer", "答案"))


def problem_sheet(upload: BankUpload) -> bytes:
    """Each refused row with its reason and its own cells, under headers that can be imported."""
    places = {(found["sheet"], found["row"]) for found in upload.problems}
    is_sheet = upload.format in {"", Format.SHEET}
    cells = cells_at(upload.file.path, upload.file.name, places) if is_sheet else {}
    used = [x for x in LETTERS if any(row.get(x) for row in cells.values())]
    fields = [*_FIELDS, *((letter, f"选项{letter}") for letter in used)]
    rows = [
        (
            found["sheet"],
            found["row"],
            found["text"],
            *(cells.get((found["sheet"], found["row"]), {}).get(key, "") for key, _ in fields),
        )
        for found in upload.problems
    ]
    headers = ["工作表", "原行号", "未导入原因", *(label for _, label in fields)]
    return write_table("", headers, rows, sheet="未导入的题目")
