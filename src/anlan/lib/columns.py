"""Which column of an uploaded sheet is which field: a guess for the person to confirm.

Exact names win over contained ones, long names over short, and no column is used twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

_IN_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_DECORATION = re.compile(r"[\s()\[\]【】*:_\-—/、。,.'\"“”]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field to find: its key, its proper column name, other names, whether it must be there."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.synonyms)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The guess: field key to column index, headers nobody wanted, fields without a column."""

    columns: dict[str, int]
    unmapped: list[str]
    missing: list[Wanted] = field(default_factory=list)

    @property
    def missing_required(self) -> list[Wanted]:
        return [wanted for wanted in self.missing if wanted.required]

    def pick(self, row: Sequence[str]) -> dict[str, str]:
        """The row's cells by field key; a field without a column is left out."""
        return {key: row[index] if index < len(row) else "" for key, index in self.columns.items()}


# The fields of a roster, an enrolment list and most other lists of people.
PERSON_FIELDS: tuple[Wanted, ...] = (
    Wanted("name", "姓名", ("员工姓名", "学员姓名", "职工姓名", "人员姓名", "名字"), True),
    Wanted(
        "id_number",
        "身份证号",
        ("身份证号码", "身份证", "证件号码", "证件号", "公民身份号码", "居民身份证号", "身份号码"),
        True,
    ),
    Wanted(
        "phone",
        "手机号",
        ("手机", "手机号码", "联系电话", "联系方式", "电话", "电话号码", "移动电话", "联系手机"),
    ),
    Wanted("position", "岗位", ("工种", "职务", "职位", "岗位名称", "岗位工种", "从事岗位")),
    Wanted("department", "部门", ("所在部门", "部门名称", "车间", "科室", "班组", "所属部门")),
)


def header_key(header: str) -> str:
    """A header without brackets, stars, blanks and case: ``*姓 名（必填）`` is ``姓名``."""
    plain = unicodedata.normalize("NFKC", header).lower()
    outside = _DECORATION.sub("", _IN_BRACKETS.sub("", plain))
    return outside or _DECORATION.sub("", plain)


def guess(headers: Sequence[str], wanted: Sequence[Wanted]) -> Mapping:
    """Map each wanted field to at most one column."""
    keys = [header_key(header) for header in headers]
    columns: dict[str, int] = {}
    for field_key, index in _exact_then_contained(keys, wanted):
        if field_key not in columns and index not in columns.values():
            columns[field_key] = index
    taken = set(columns.values())
    return Mapping(
        columns={item.key: columns[item.key] for item in wanted if item.key in columns},
        unmapped=[text for at, text in enumerate(headers) if text and at not in taken],
        missing=[item for item in wanted if item.key not in columns],
    )


def _exact_then_contained(keys: list[str], wanted: Sequence[Wanted]) -> list[tuple[str, int]]:
    """Candidate pairs, best first: exact names in the field's own order, then longest contained."""
    exact: list[tuple[int, str, int]] = []
    contained: list[tuple[int, str, int]] = []
    for item in wanted:
        for rank, name in enumerate(map(header_key, item.names)):
            for index, key in enumerate(keys):
                if key == name:
                    exact.append((rank, item.key, index))
                elif len(name) > 1 and name in key:
                    contained.append((-len(name), item.key, index))
    return [(key, index) for _, key, index in sorted(exact) + sorted(contained)]
