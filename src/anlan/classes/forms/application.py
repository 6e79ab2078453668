"""The first page of an application: what class, for whom, where, charged to what."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from anlan.classes.models import TrainingClass
from anlan.classes.services.applications import Application
from anlan.courses.models import Syllabus
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import all_codes, code_name, districts
from anlan.organizations.models import Kind, Organization
from anlan.organizations.models import Status as Standing
from anlan.programs.models import Project

MOST_PEOPLE = 999


class ProjectField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.title}"


class SyllabusField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        role = code_name("occupation_role", obj.role)
        return f"{role}：{obj.title}（{obj.hours_required} 学时）"


class ApplicationForm(forms.Form):
    """Choosing an industry narrows syllabi and projects; the title is suggested from both."""

    provider = forms.ModelChoiceField(
        Organization.objects.none(), label="培训机构", to_field_name="uid", empty_label=None
    )
    industry = forms.ChoiceField(label="重点行业")
    syllabus = SyllabusField(
        Syllabus.objects.none(), label="培训大纲", to_field_name="uid", empty_label="请选择岗位"
    )
    project = ProjectField(
        Project.objects.none(),
        label="经费项目",
        to_field_name="uid",
        empty_label="请选择",
        help_text="只列出正在执行、且面向该行业的项目。",
    )
    title = forms.CharField(
        label="班名", max_length=100, required=False, help_text="留空时按大纲自动命名。"
    )
    district = forms.ChoiceField(label="开班区县")
    quota = forms.IntegerField(
        label="名额",
        min_value=1,
        max_value=MOST_PEOPLE,
        error_messages={
            "invalid": "名额请填写整数，例如 40。",
            "min_value": "名额至少 1 人。",
            "max_value": "名额最多 999 人，请核对。",
        },
    )
    equipment = forms.CharField(
        label="设备",
        max_length=200,
        required=False,
        help_text="实训用到的设备，例如 心肺复苏模拟人 2 套。",
    )
    note = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        today: date,
        klass: TrainingClass | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.klass = klass
        self.only_provider: Organization | None = None
        self._offer_providers(user)
        industry = self._present("industry")
        self._choices("industry", _industries(), "请选择行业")
        self._choices("district", [(one.code, one.name) for one in districts()], "请选择区县")
        self._offer("syllabus", _syllabi(industry))
        self._offer("project", _projects(industry, today))

    def _offer_providers(self, user: User) -> None:
        mine = reach(user).keys(ScopeKind.ORGANIZATION, Role.CLASS_MANAGER)
        own = Organization.objects.filter(
            uid__in=mine, kind=Kind.PROVIDER, status=Standing.APPROVED
        ).order_by("name")
        if self.klass or own.count() == 1:
            del self.fields["provider"]
            self.only_provider = self.klass.provider if self.klass else own.get()
            self.initial.setdefault("district", self.only_provider.district)
        else:
            self._offer("provider", own)

    def _choices(self, name: str, choices: list[tuple[str, str]], first: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", first), *choices]

    def _offer(self, name: str, rows: "QuerySet[Any]") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def _present(self, name: str) -> str:
        source: Mapping[str, Any] = self.data if self.is_bound else self.initial
        return str(source.get(name) or "")

    def applicant(self) -> Organization:
        """The provider that applies; only asked of a valid form."""
        chosen: Organization = self.only_provider or self.cleaned_data["provider"]
        return chosen

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        syllabus, industry = found.get("syllabus"), found.get("industry")
        if syllabus and industry and syllabus.industry != industry:
            self.add_error("syllabus", "这份大纲不属于所选行业，请重新选择。")
        if syllabus and not found.get("title"):
            found["title"] = suggested_title(syllabus)
        return found

    def wish(self) -> Application:
        """What was applied for, of a valid form."""
        found = self.cleaned_data
        names = ("title", "project", "syllabus", "district", "quota", "equipment", "note")
        return Application(**{name: found[name] for name in names})


def initial_of(klass: TrainingClass) -> dict[str, object]:
    """What the form shows of an application that stands."""
    return {
        "industry": klass.industry,
        "syllabus": klass.syllabus.uid,
        "project": klass.project.uid,
        "title": klass.title,
        "district": klass.district,
        "quota": klass.quota,
        "equipment": klass.equipment,
        "note": klass.note,
    }


def suggested_title(syllabus: Syllabus) -> str:
    """危险化学品班组长工伤预防培训班."""
    industry = code_name(System.KEY_INDUSTRY, syllabus.industry)
    return f"{industry}{code_name('occupation_role', syllabus.role)}工伤预防培训班"


def _industries() -> list[tuple[str, str]]:
    taught = set(Syllabus.objects.values_list("industry", flat=True))
    return [(c.code, c.name) for c in all_codes(System.KEY_INDUSTRY) if c.code in taught]


def _syllabi(industry: str) -> "QuerySet[Syllabus]":
    rows = Syllabus.objects.order_by("industry", "title")
    return rows.filter(industry=industry) if industry else rows


def _projects(industry: str, today: date) -> "QuerySet[Project]":
    rows = Project.objects.filter(until__gte=today).order_by("code")
    return rows.filter(Q(industry="") | Q(industry=industry)) if industry else rows
