"""Text in, clean values out: banks, their files, filters, items and codes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from anlan.assessments.models import CodeKind, Difficulty, Item, ItemKind, ItemStatus
from anlan.assessments.parsing.coded import trades_in
from anlan.assessments.parsing.drafts import LETTERS, ItemDraft
from anlan.assessments.parsing.files import ENDINGS
from anlan.assessments.queries import COMMON, UNCODED
from anlan.assessments.services import Written
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import choices
from anlan.lib.refusals import BadInput
from anlan.organizations.models import Organization

BANK_ENDINGS = ENDINGS
BANK_MB = 20
PICTURE_MB = 8
OPTION_FIELDS = LETTERS[:6]
LEAVE = "leave"
NONE = "none"


def industries() -> list[tuple[str, str]]:
    """Key industries that items can be for; 其他 has none of its own."""
    return [pair for pair in choices("key_industry") if pair[0] != "other"]


def risks() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name in choices(System.GB_6441_1986)]


def roles() -> list[tuple[str, str]]:
    return choices(System.OCCUPATION_ROLE)


class NewBankForm(forms.Form):
    """A bank's name and where its items come from."""

    title = forms.CharField(
        label="题库名称",
        max_length=100,
        help_text="写明用途和年份，例如“叉车司机 2026”。",
        error_messages={"required": "请填写题库名称。"},
    )
    source = forms.CharField(
        label="题目来源", max_length=200, required=False, help_text="编写单位或出处，方便日后核对。"
    )
    owner = forms.ModelChoiceField(
        label="归属单位", queryset=Organization.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, owners: Any, city: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        if city:
            del self.fields["owner"]
        else:
            self._offer(owners)

    def _offer(self, owners: Any) -> None:
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = owners


class BankFileForm(forms.Form):
    """A bank file and the industry its items are for."""

    file = forms.FileField(
        label="题库文件",
        help_text="Excel、csv，GIFT 或 Aiken 文本，Moodle XML，QTI 的 xml 或 zip，"
        "每行一题的 jsonl；不超过 20 MB。",
        error_messages={
            "required": "请选择题库文件。",
            "empty": "这个文件是空的，请核对后重新选择。",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(BANK_ENDINGS)}),
    )
    industry = forms.ChoiceField(
        label="适用行业", required=False, choices=lambda: [("", "全行业通用"), *industries()]
    )


class ItemFilterForm(forms.Form):
    """The filters of a bank's item ledger."""

    text = forms.CharField(label="题干", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *ItemStatus.choices]
    )
    kind = forms.ChoiceField(
        label="题型", required=False, choices=[("", "全部"), *ItemKind.choices]
    )
    industry = forms.ChoiceField(
        label="行业",
        required=False,
        choices=lambda: [("", "全部"), (COMMON, "全行业通用"), *industries()],
    )
    risk = forms.ChoiceField(
        label="事故类型",
        required=False,
        choices=lambda: [("", "全部"), (UNCODED, "未标"), *risks()],
    )
    difficulty = forms.ChoiceField(
        label="难度", required=False, choices=[("", "全部"), *Difficulty.choices]
    )
    role = forms.ChoiceField(
        label="培训对象", required=False, choices=lambda: [("", "全部"), *roles()]
    )
    trade = forms.ChoiceField(label="工种", required=False)

    def __init__(self, *args: Any, trades: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["trade"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *((word, word) for word in trades)]
        if not trades:
            del self.fields["trade"]

    def wanted(self) -> Mapping[str, str]:
        """Clean filters; one that makes no sense filters nothing."""
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="原因", max_length=200, error_messages={"required": "请写明原因。"}
    )


class ItemForm(forms.Form):
    """One question with its codes. A 判断题 needs no options: its answer is A 正确 or B 错误."""

    kind = forms.ChoiceField(label="题型", choices=ItemKind.choices)
    difficulty = forms.TypedChoiceField(
        label="难度", choices=Difficulty.choices, coerce=int, initial=Difficulty.MIDDLE
    )
    stem = forms.CharField(label="题干", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    answer = forms.CharField(
        label="正确答案",
        max_length=10,
        help_text="写字母，多选连写，例如 A、ACD。判断题写 A（正确）或 B（错误）。",
        error_messages={"required": "请填写正确答案。"},
    )
    explanation = forms.CharField(
        label="解析", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )
    basis = forms.CharField(label="依据", required=False, max_length=200)
    risk = forms.ChoiceField(
        label="事故类型", required=False, choices=lambda: [("", "未标"), *risks()]
    )
    industry = forms.ChoiceField(
        label="行业", required=False, choices=lambda: [("", "全行业通用"), *industries()]
    )
    topic = forms.CharField(label="知识点", required=False, max_length=60)
    trades = forms.CharField(
        label="工种", required=False, max_length=200, help_text="几个工种用顿号隔开：电工、焊工。"
    )
    roles = forms.MultipleChoiceField(
        label="培训对象",
        required=False,
        choices=roles,
        widget=forms.CheckboxSelectMultiple,
        help_text="都不勾选就是人人适用。",
    )
    picture = forms.FileField(
        label="题图",
        required=False,
        help_text=f"jpg 或 png，不超过 {PICTURE_MB} MB；只保留画面，拍摄信息会去掉。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/gif,image/webp"}),
    )
    drop_picture = forms.BooleanField(label="去掉现有题图", required=False)

    def __init__(self, *args: Any, item: Item | None = None, **kwargs: Any) -> None:
        if item is not None:
            kwargs.setdefault("initial", _initial(item))
        super().__init__(*args, **kwargs)
        for letter in OPTION_FIELDS:
            self.fields[f"option_{letter}"] = forms.CharField(
                label=f"选项 {letter}", required=False, max_length=1000
            )
        if item is None or item.image_id is None:
            del self.fields["drop_picture"]

    def options(self) -> list[forms.BoundField]:
        return [self[f"option_{letter}"] for letter in OPTION_FIELDS]

    def clean_picture(self) -> "UploadedFile[bytes] | None":
        found: UploadedFile[bytes] | None = self.cleaned_data.get("picture")
        if found and (found.size or 0) > PICTURE_MB * 1024 * 1024:
            raise forms.ValidationError(f"图片超过 {PICTURE_MB} MB，请压缩后再传。")
        return found

    def written(self, *, submit: bool) -> Written:
        """What the author has written, of a valid form. Raises `BadInput` for holes in it."""
        clean = self.cleaned_data
        texts = [clean[f"option_{letter}"].strip() for letter in OPTION_FIELDS]
        while texts and not texts[-1]:
            texts.pop()
        draft = ItemDraft(
            kind=clean["kind"],
            stem=clean["stem"],
            options=tuple(texts),
            answer=_positions(clean["answer"]),
            explanation=clean["explanation"].strip(),
            basis=clean["basis"].strip(),
            industry=clean["industry"],
            topic=clean["topic"].strip(),
            risk=clean["risk"],
            difficulty=clean["difficulty"],
            roles=tuple(clean["roles"]),
            trades=trades_in(clean["trades"]),
        )
        picture = clean.get("picture")
        return Written(
            draft,
            picture=picture.read() if picture else None,
            drop_picture=clean.get("drop_picture", False),
            submit=submit,
        )


def _initial(item: Item) -> dict[str, Any]:
    codes = {kind: [c.code for c in item.codes.all() if c.kind == kind] for kind in CodeKind}
    options = {f"option_{letter}": text for letter, text, _right in item.lettered}
    if item.kind == ItemKind.JUDGE:
        options = {}
    names = ("kind", "stem", "explanation", "basis", "risk", "industry", "topic", "difficulty")
    return {
        **{name: getattr(item, name) for name in names},
        **options,
        "answer": item.answer_letters,
        "roles": codes[CodeKind.ROLE],
        "trades": "、".join(codes[CodeKind.TRADE]),
    }


def _positions(text: str) -> tuple[int, ...]:
    letters = [sign for sign in text.upper() if not sign.isspace() and sign not in ",，、"]
    if not letters or any(sign not in LETTERS for sign in letters):
        raise BadInput(f"正确答案“{text}”没有读懂。", "请写选项字母，例如 A 或 ACD。")
    return tuple(sorted({LETTERS.index(sign) for sign in letters}))


class CodesForm(forms.Form):
    """What to set on many items at once; what is left alone stays as it is."""

    risk = forms.ChoiceField(
        label="事故类型",
        required=False,
        choices=lambda: [(LEAVE, "不改"), (NONE, "清除"), *risks()],
    )
    difficulty = forms.ChoiceField(
        label="难度", required=False, choices=[(LEAVE, "不改"), *Difficulty.choices]
    )
    industry = forms.ChoiceField(
        label="行业",
        required=False,
        choices=lambda: [(LEAVE, "不改"), (NONE, "全行业通用"), *industries()],
    )
    set_role = forms.ChoiceField(
        label="培训对象",
        required=False,
        choices=lambda: [(LEAVE, "不改"), (NONE, "人人适用"), *roles()],
    )
    set_trades = forms.CharField(
        label="工种", required=False, max_length=200, help_text="几个用顿号隔开；填“无”清除。"
    )

    def facts(self) -> dict[str, Any]:
        """Only what is to be set."""
        clean = {
            name: "" if value == NONE else value
            for name in ("risk", "difficulty", "industry")
            if (value := self.cleaned_data.get(name)) not in {"", LEAVE, None}
        }
        if "difficulty" in clean:
            clean["difficulty"] = int(clean["difficulty"])
        return clean

    def chosen_roles(self) -> list[str] | None:
        role = self.cleaned_data.get("set_role")
        if role in {"", LEAVE, None}:
            return None
        return [] if role == NONE else [str(role)]

    def chosen_trades(self) -> list[str] | None:
        text = self.cleaned_data.get("set_trades", "").strip()
        if not text:
            return None
        return [] if text == "无" else list(trades_in(text))


def chosen_ids(sent: QueryDict) -> list[int]:
    """The ticked items."""
    return [int(value) for value in sent.getlist("item") if value.isdigit()]
