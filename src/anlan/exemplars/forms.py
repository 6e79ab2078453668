"""Text in, clean values out: declarations, applications, decisions, filters."""

from typing import Any

from django import forms

from anlan.exemplars.definitions import DEFINITIONS
from anlan.exemplars.models import MeasureKey, Stand, Status
from anlan.exemplars.queries import comparison, declarations, exemplars
from anlan.exemplars.services.applying import STATEMENT_MAX
from anlan.exemplars.services.objecting import CONTACT_MAX, OBJECTION_MAX
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.hazards.forms import PhotosField, PhotosInput, PlainForm
from anlan.lib.refusals import WORDS_MAX

ALL = ("", "全部")
ACCEPT = {"accept": "image/*,video/mp4,video/quicktime,application/pdf", "multiple": True}


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _day(label: str, **words: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **words)


def _number(label: str, *, least: int = 0, most: int = 1_000_000, **words: Any) -> Any:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **words)


class DeclarationForm(PlainForm):
    """What every declaration asks for: something that shows it."""

    proofs = PhotosField(
        label="证明材料",
        widget=PhotosInput(ACCEPT),
        help_text="照片、录像（MP4）或 PDF。照片里的地点和手机信息会自动去掉，录像请自行确认。",
    )

    def facts(self) -> dict[str, Any]:
        """The columns of the declaration, from clean values."""
        return {name: value for name, value in self.cleaned_data.items() if name != "proofs"}


class DrillForm(DeclarationForm):
    scenario = forms.CharField(
        label="异常工况",
        max_length=100,
        widget=forms.TextInput({"placeholder": "例如：反应釜超温超压紧急停车"}),
    )
    held_on = _day("演练日期")
    needed_minutes = _number("实际用时（分）", most=600)
    needed_seconds = _number("实际用时（秒）", most=59, help_text="从报警到处置完毕。")
    wanted_minutes = _number("要求用时（分）", most=600)
    wanted_seconds = _number("要求用时（秒）", most=59, help_text="按应急预案或岗位处置卡。")
    people = _number("参演人数", least=1, most=100_000)
    witness = forms.CharField(
        label="见证人", max_length=60, help_text="姓名和职务。监管人员看到的姓名会遮住。"
    )
    field_order = ("scenario", "held_on", "needed_minutes")

    def facts(self) -> dict[str, Any]:
        read = super().facts()
        for name in ("needed", "wanted"):
            minutes, seconds = read.pop(f"{name}_minutes"), read.pop(f"{name}_seconds")
            read[f"seconds_{name}"] = minutes * 60 + seconds
        return read

    @staticmethod
    def begin(one: Any) -> dict[str, Any]:
        """What stands in the form when a returned one is mended."""
        return {
            "needed_minutes": one.seconds_needed // 60,
            "needed_seconds": one.seconds_needed % 60,
            "wanted_minutes": one.seconds_wanted // 60,
            "wanted_seconds": one.seconds_wanted % 60,
        }


class SpendingForm(DeclarationForm):
    year = _number("年度", least=2000, most=2100)
    prescribed = forms.DecimalField(
        label="应提取金额（元）",
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text="按《企业安全生产费用提取和使用管理办法》（财资 2022 年 136 号）计算。",
    )
    spent = forms.DecimalField(
        label="实际使用金额（元）", min_value=0, max_digits=14, decimal_places=2
    )
    basis = forms.CharField(
        label="计提依据",
        max_length=200,
        widget=forms.TextInput({"placeholder": "例如：上年度营业收入 4,200 万元，超额累退"}),
    )
    field_order = ("year", "prescribed", "spent", "basis", "proofs")


class ShutdownForm(DeclarationForm):
    since = _day("开始")
    until = _day("结束")
    what = forms.CharField(label="检修内容", max_length=200)
    field_order = ("since", "until", "what", "proofs")


class MeasureForm(DeclarationForm):
    key = forms.ChoiceField(label="指标", choices=MeasureKey.choices)
    numerator = _number("符合的", help_text="规范佩戴的人数，或由机械完成的工序数。")
    denominator = _number("清点的总数", least=1)
    on = _day("清点日期")
    note = forms.CharField(label="怎样清点的", max_length=200)
    field_order = ("key", "numerator", "denominator", "on", "note", "proofs")


FORMS: dict[str, type[DeclarationForm]] = {
    "drill": DrillForm,
    "spending": SpendingForm,
    "shutdown": ShutdownForm,
    "measure": MeasureForm,
}


class WordsForm(PlainForm):
    """A reason, an opinion, an answer."""

    words = forms.CharField(
        label="内容", max_length=WORDS_MAX, widget=forms.Textarea({"rows": 3}), required=False
    )


class StatementForm(PlainForm):
    words = forms.CharField(
        label="主要做法和成效",
        max_length=STATEMENT_MAX,
        widget=forms.Textarea({"rows": 5}),
        required=False,
    )


class ObjectionForm(PlainForm):
    """What somebody says against a naming; `ticket` carries the receipt code that is theirs."""

    words = forms.CharField(
        label="异议内容",
        max_length=OBJECTION_MAX,
        widget=forms.Textarea({"rows": 5}),
        help_text="什么事实与公示内容不符，有什么依据。",
    )
    contact = forms.CharField(
        label="联系方式",
        max_length=CONTACT_MAX,
        required=False,
        help_text="加密保存，只有处理异议的监管人员能看到，企业看不到。",
    )
    ticket = forms.CharField(widget=forms.HiddenInput)


class ReceiptForm(PlainForm):
    code = forms.CharField(
        label="回执码",
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "spellcheck": "false", "placeholder": "XXXX-XXXX-XXXX-XXXX"}
        ),
    )


class PlaceFilters(forms.Form):
    """Text, district, industry; what can't be read narrows nothing."""

    q = forms.CharField(
        label="企业名称、信用代码",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "至少两个字"}),
    )
    district = forms.ChoiceField(label="区县", required=False)
    industry = forms.ChoiceField(label="重点行业", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "district", [ALL, *((c.code, c.name) for c in codes.districts())])
        _choose(self, "industry", [ALL, *codes.choices(System.KEY_INDUSTRY)])

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")


class RankingFilters(PlaceFilters):
    year = forms.ChoiceField(label="年度", required=False)
    key = forms.ChoiceField(
        label="按指标排列", required=False, choices=[(d.key, d.name) for d in DEFINITIONS]
    )
    order = forms.ChoiceField(
        label="顺序",
        required=False,
        choices=[("worst", "差的在前"), ("best", "好的在前"), ("missing", "只看缺数据")],
    )

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newest = years[0]
        _choose(self, "year", [(str(year), f"{year} 年") for year in years])

    @property
    def chosen_year(self) -> int:
        return int(self.chosen("year") or self.newest)

    def wanted(self) -> comparison.Filters:
        return comparison.Filters(
            text=self.chosen("q"),
            district=self.chosen("district"),
            industry=self.chosen("industry"),
            key=self.chosen("key") or "training",
            order=self.chosen("order") or "worst",
        )


class ExemplarFilters(PlaceFilters):
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ALL,
            (exemplars.WAITS, "待我办理"),
            (exemplars.RUNS, "命名有效"),
            *Status.choices,
        ],
    )
    field_order = ("q", "state", "district", "industry")

    def wanted(self) -> exemplars.Filters:
        return exemplars.Filters(
            text=self.chosen("q"),
            state=self.chosen("state"),
            district=self.chosen("district"),
            industry=self.chosen("industry"),
        )


class DeclarationFilters(forms.Form):
    kind = forms.ChoiceField(
        label="种类", required=False, choices=[ALL, *declarations.KIND_NAMES.items()]
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *Stand.choices])
    district = forms.ChoiceField(label="区县", required=False)

    def __init__(self, *args: Any, places: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "district", [ALL, *((c.code, c.name) for c in codes.districts())])
        if not places:
            del self.fields["district"]

    def wanted(self) -> declarations.Filters:
        self.is_valid()
        read = self.cleaned_data
        names = ("kind", "state", "district")
        return declarations.Filters(**{name: read.get(name, "") for name in names})


class PublishedFilters(forms.Form):
    q = forms.CharField(
        label="企业名称或统一社会信用代码",
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
    )
    industry = forms.ChoiceField(label="重点行业", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "industry", [ALL, *codes.choices(System.KEY_INDUSTRY)])

    def chosen(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")
