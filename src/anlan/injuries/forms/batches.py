"""Forms of a file on its way in: the file, its columns, what its words mean."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django import forms

from anlan.foundation.codes import lists
from anlan.injuries.fields import MONTHS_ACROSS, choices_of, field_of, fields_of
from anlan.injuries.models import DateOrder, Source, SourceKind
from anlan.injuries.rows import Reading
from anlan.injuries.services.uploads import Matching
from anlan.lib.spreadsheets import Table

_MONTHS_FOR = {
    SourceKind.CASES: "injured_on",
    SourceKind.HEADCOUNTS: "month",
    SourceKind.FIGURES: "period",
}
MOST_ODD = 12
MOST_WORDS = 30  # of one field on the page; the rarer ones stay without a counterpart


KINDS = (
    (SourceKind.CASES, "工伤案件，一行一件"),
    (SourceKind.HEADCOUNTS, "参保人数，按单位和月份"),
    (SourceKind.FIGURES, "统计表或代码表，按原样保存，不计入案件"),
)


class UploadForm(forms.Form):
    """A file, and where it comes from."""

    file = forms.FileField(
        label="文件",
        help_text="xlsx、xls、csv 或 csv.gz，不超过 20 MB、10 万行。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.gz"}),
        error_messages={"required": "请先选择文件。", "empty": "这个文件是空的，请重新选择。"},
    )
    source = forms.ModelChoiceField(
        label="数据来源",
        required=False,
        queryset=Source.objects.order_by("title"),
        empty_label="新来源",
        help_text="同一来源的列只要对应一次，以后的文件直接套用。",
    )
    title = forms.CharField(
        label="新来源名称", required=False, max_length=80, help_text="例如：工伤认定系统导出"
    )
    kind = forms.ChoiceField(
        label="新来源是什么",
        required=False,
        choices=KINDS,
        initial=SourceKind.CASES,
        widget=forms.RadioSelect,
        help_text="选了已有来源时，按它原来的种类读。",
    )
    as_of = forms.DateField(
        label="数据截止日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="文件统计到哪一天；不清楚可不填。",
    )
    foreign = forms.BooleanField(label="外地数据，只用来检验方法，不计入本市", required=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("source") is None and not clean.get("title", "").strip():
            self.add_error("title", "请选一个已有来源，或写一个新来源的名称。")
        return clean


class ColumnsForm(forms.Form):
    """Field by field, which heading; the choices are the file's own columns with an example."""

    def __init__(self, table: Table, source: Source, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = _columns(table)
        known = {heading for heading, _ in columns}
        joined = [(h, h) for h in source.mapping.values() if " + " in h and h not in known]
        self.own = fields_of(source.kind)
        self.months_for = _MONTHS_FOR[SourceKind(source.kind)]
        for field in self.own:
            needed = field.key == "injured_on"
            self.fields[field.key] = forms.ChoiceField(
                label=field.label,
                required=needed,
                choices=[("", "请选择" if needed else "文件里没有"), *columns, *joined],
                initial=source.mapping.get(field.key, ""),
            )
        if "people" in self.fields:
            self.fields["people"].choices += [(MONTHS_ACROSS, "每月一列，月份在表头里")]  # type: ignore[attr-defined]
        self._add_reading(source, columns)

    def _add_reading(self, source: Source, columns: list[tuple[str, str]]) -> None:
        """How months, days and the row's own name are read."""
        self.fields["month_column"] = forms.ChoiceField(
            label="月份列",
            required=False,
            choices=[("", "不需要"), *columns],
            help_text=f"只有年、月两列时：{self.fields[self.months_for].label}选年份列，这里选月份列。",
        )
        if source.kind == SourceKind.HEADCOUNTS:
            return
        self.fields["date_order"] = forms.ChoiceField(
            label="年份在后的日期",
            required=False,
            choices=[("", "文件里没有这种写法"), *DateOrder.choices],
            initial=source.date_order,
            help_text="如 03/04/2026，要说明先写日还是先写月。",
        )
        self.fields["key"] = forms.MultipleChoiceField(
            label="编号列",
            required=False,
            choices=[(heading, heading) for heading, _ in columns],
            initial=source.key,
            widget=forms.SelectMultiple(attrs={"size": 5}),
            help_text="能唯一指明一行的列，可多选。有了它，以后的文件才能更新这一行；"
            "不选则整行相同才算同一行。",
        )

    def matching(self) -> Matching:
        clean = self.cleaned_data
        mapping = {field.key: clean[field.key] for field in self.own if clean.get(field.key)}
        if clean.get("month_column") and self.months_for in mapping:
            mapping[self.months_for] += f" + {clean['month_column']}"
        return Matching(mapping, clean.get("key", []), clean.get("date_order", ""))


class ValuesForm(forms.Form):
    """What the file's own words mean: a code for each word without a counterpart, and for days and
    numbers the words that stand for nothing."""

    def __init__(self, reading: Reading, source: Source, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words: dict[str, tuple[str, str]] = {}
        self.groups: list[tuple[str, list[str], int]] = []
        self.nothing: list[tuple[str, str, list[str]]] = []
        for key, counts in reading.unknown.items():
            self._add_codes(key, counts)
        labels = {field.key: field.label for field in fields_of(source.kind)}
        for key, counts in reading.odd.items():
            if key in labels and counts:
                self._add_nothing(key, labels[key], counts, source.values.get(key, {}))

    def _add_codes(self, key: str, counts: Counter[str]) -> None:
        names = []
        for n, (word, times) in enumerate(counts.most_common(MOST_WORDS)):
            name = f"{key}-{n}"
            self.words[name] = (key, word)
            names.append(name)
            self.fields[name] = forms.ChoiceField(
                label=f"“{word[:40]}”（{times} 行）",
                required=False,
                choices=[("", "不对应，按未说明"), *choices_of(key)],
            )
        self.groups.append((_title(key), names, max(0, len(counts) - MOST_WORDS)))

    def _add_nothing(
        self, key: str, label: str, counts: Counter[str], told: Mapping[str, str]
    ) -> None:
        name, listed = f"nothing-{key}", [word for word, _ in counts.most_common(MOST_ODD)]
        self.fields[name] = forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=[(word, f"“{word}”（{counts[word]} 行）") for word in listed],
            initial=[word for word in listed if told.get(word) == ""],
            widget=forms.CheckboxSelectMultiple,
        )
        self.nothing.append((name, key, listed))

    def shown(self) -> list[tuple[str, list[forms.BoundField], int]]:
        """Label of the field, its words, how many rarer words are not on the page."""
        return [(label, [self[name] for name in names], more) for label, names, more in self.groups]

    def shown_nothing(self) -> list[forms.BoundField]:
        return [self[name] for name, _, _ in self.nothing]

    def values(self) -> dict[str, dict[str, str]]:
        """Field → {word: code}; of a day or number, the word's own self says that it is no empty
        one."""
        found: dict[str, dict[str, str]] = {}
        for name, (key, word) in self.words.items():
            if code := self.cleaned_data.get(name):
                found.setdefault(key, {})[word] = code
        for name, key, listed in self.nothing:
            ticked = self.cleaned_data.get(name, [])
            found[key] = {word: "" if word in ticked else word for word in listed}
        return found


def _title(book: str) -> str:
    """The field's name; of accident types also which list."""
    field, system = field_of(book), lists.code_list(book.partition("@")[2])
    label = field.label if field else book
    return f"{label}：{system.title}" if system else label


def _columns(table: Table) -> list[tuple[str, str]]:
    """Each heading with an example; a column without heading can't be named and is left out."""
    seen: dict[str, str] = {}
    for at, heading in enumerate(table.headers):
        if heading and heading not in seen:
            example = next((row[at] for row in table.rows[:50] if at < len(row) and row[at]), "")
            seen[heading] = f"{heading}，例：{example[:18]}" if example else f"{heading}，空列"
    return list(seen.items())
