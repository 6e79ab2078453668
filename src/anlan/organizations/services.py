"""Registering organisations and deciding on the registrations."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System
from anlan.foundation.ledger import services as ledger
from anlan.foundation.notices import services as notices
from anlan.lib import phones, uscc
from anlan.lib.bigrams import bigrams
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_name, mask_phone
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.organizations import licence_services, queries
from anlan.organizations.models import Kind, Organization, Status
from anlan.organizations.states import STEPS


class Facts(TypedDict):
    """What an organisation says about itself. `industry` is a GB/T 4754 code, `founded` a day as
    YYYY-MM-DD, empty when it is not told."""

    kind: str
    uscc: str
    name: str
    industry: str
    district: str
    hazardous: bool
    headcount: int
    address: str
    contact_name: str
    contact_phone: str
    legal_person: NotRequired[str]
    licence_kind: NotRequired[str]
    founded: NotRequired[str]


@transaction.atomic
def register_organization(
    *,
    by: User,
    at: datetime,
    synthetic: bool = False,
    photographed: str = "",
    **facts: Unpack[Facts],
) -> Organization:
    """A new registration, waiting for its district; `by` becomes its first member of staff.

    `photographed` is the guide's key, under which a picture of the licence may lie.
    Raises `BadInput` for facts that can't be right and `Refused` for a code that is registered.
    """
    clean = _checked(facts)
    refuse_registered(clean["uscc"])
    organization = Organization(
        **clean, **_derived(clean), registered_by=by, registered_at=at, is_synthetic=synthetic
    )
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError:  # somebody registered the same code a moment ago
        refuse_registered(clean["uscc"])
        raise
    role = Role.CLASS_MANAGER if clean["kind"] == Kind.PROVIDER else Role.SAFETY_OFFICER
    uid = str(organization.uid)
    give_role(by, role, ScopeKind.ORGANIZATION, uid, by=by, at=at, reason="登记本单位")
    _write(organization, "organization_registered", by, at, kind=clean["kind"], uscc=clean["uscc"])
    licence_services.attach(organization, photographed, by=by, at=at)
    _ask_for_decision(organization, "新单位登记待审核", at)
    return organization


@transaction.atomic
def register_newcomer(
    *, account: Mapping[str, str], at: datetime, photographed: str = "", **facts: Unpack[Facts]
) -> tuple[Organization, User]:
    """Account and organisation in one go; `account` has person_name, username, password hash."""
    if User.objects.filter(username=account["username"]).exists():
        raise Refused(
            f"用户名 {account['username']} 刚刚被别人用了。", "请回到第一步换一个，其余内容已保留。"
        )
    user = open_account(username=account["username"], name=account["person_name"])
    user.password = account["hash"]
    user.save(update_fields=["password"])
    return register_organization(by=user, at=at, photographed=photographed, **facts), user


@transaction.atomic
def resubmit_organization(
    organization: Organization, *, by: User, at: datetime, **facts: Unpack[Facts]
) -> Organization:
    """Hand a returned registration in again, mended."""
    clean = _checked(facts)
    if clean["uscc"] != organization.uscc:
        refuse_registered(clean["uscc"])
    changes = {**clean, **_derived(clean), "registered_at": at}
    advance(organization, Status.PENDING, STEPS, **changes)
    licence_services.reopen(organization)
    _write(organization, "organization_resubmitted", by, at, uscc=clean["uscc"])
    _ask_for_decision(organization, "单位登记已修改，待审核", at)
    return organization


@transaction.atomic
def approve_organization(
    organization: Organization, *, by: User, at: datetime, reason: str
) -> Organization:
    """Let the organisation in: it may upload its roster, book seats, apply for classes."""
    seen = _decide(organization, Status.APPROVED, by, at, reason.strip() or "登记信息无误")
    _write(organization, "organization_approved", by, at, **seen)
    provider = organization.kind == Kind.PROVIDER
    next_step = "可以申请开班了" if provider else "可以上传花名册、预约培训了"
    _answer(organization, f"{organization.name}已通过审核", f"{next_step}。", at)
    return organization


@transaction.atomic
def return_organization(
    organization: Organization, *, by: User, at: datetime, reason: str
) -> Organization:
    """Send the registration back to be mended; the reason is what its people read."""
    if not reason.strip():
        raise BadInput("退回时要写明原因。", "请写清哪一项不对、应当怎样改，对方会看到这段话。")
    seen = _decide(organization, Status.RETURNED, by, at, reason.strip())
    _write(organization, "organization_returned", by, at, **seen)
    _answer(organization, f"{organization.name}的登记被退回", f"原因：{reason.strip()}", at)
    return organization


def refuse_registered(code: str) -> None:
    """Refuse a code that is registered already, and say whom to ask."""
    found = queries.by_uscc(code)
    if found is None:
        return
    place = codes.code_name(System.GB_T_2260, found.district)
    day = local_date(found.registered_at)
    whom = f"{mask_name(found.contact_name)} {mask_phone(found.contact_phone)}".strip()
    asked = f"登记联系人 {whom}" if whom else "本单位的安全员"
    next_steps = {
        Status.PENDING: f"正在等待{place}审核，不必重复登记；要改内容，请联系{asked}。",
        Status.RETURNED: f"登记已退回，请由{asked}登录后修改并重新提交。",
        Status.APPROVED: f"请联系{asked}，用本单位已有的账号登录。",
        Status.SUSPENDED: f"该单位已停用，请联系{place}经办人员。",
    }
    raise Refused(
        f"「{found.name}」（{code}）已于{day.year}年{day.month}月{day.day}日登记过。",
        next_steps[Status(found.status)],
    )


def _checked(facts: Facts) -> dict[str, Any]:
    """The facts in their standard writing; `BadInput` where one can't be right."""
    name = "".join(facts["name"].split())
    try:
        code = uscc.parse(facts["uscc"])
        phone = phones.parse(facts["contact_phone"]) if facts["contact_phone"].strip() else ""
    except ValueError as wrong:
        raise BadInput(f"{wrong}。", "请更正后再提交，其余内容已保留。") from None
    if not name:
        raise BadInput("单位名称为空。", "请按营业执照填写全称。")
    if facts["kind"] not in Kind.values:
        raise BadInput("单位类型不在可选范围内。", "请从列表里选一项。")
    if not codes.is_code(System.GB_T_2260, facts["district"]):
        raise BadInput("所选的区县或功能区不存在。", "请从列表里重新选择。")
    if facts["industry"] and not codes.is_code(System.GB_T_4754, facts["industry"]):
        raise BadInput(f"行业代码 {facts['industry']} 不在 GB/T 4754 里。", "请从行业列表里选择。")
    told = {"name": name, "uscc": code, "contact_phone": phone}
    return {**facts, **told, "founded": _founded(facts.get("founded", ""))}


def _founded(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("成立日期不对。", "请按执照填写，或留空。") from None


def _derived(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "key_industry": codes.key_industry_of(facts["industry"], facts["hazardous"]),
        "search": bigrams(facts["name"], facts["uscc"]),
    }


def _decide(
    organization: Organization, to: Status, by: User, at: datetime, reason: str
) -> dict[str, Any]:
    """Take the step; answers with what its line in the ledger says."""
    if organization.status != Status.PENDING:
        raise NotAllowed(
            f"「{organization.name}」现在是「{organization.get_status_display()}」，不在待审核状态。",
            "请刷新页面查看最新状态。",
        )
    advance(organization, to, STEPS, reviewed_by=by, reviewed_at=at, review_reason=reason[:300])
    seen = licence_services.settle_with_decision(organization, by=by, at=at)
    return {"reason": organization.review_reason, **seen}


def _write(organization: Organization, verb: str, by: User, at: datetime, **data: Any) -> None:
    ledger.record(organization.subject, verb, by=by, at=at, **data)


def _ask_for_decision(organization: Organization, title: str, at: datetime) -> None:
    place = codes.code_name(System.GB_T_2260, organization.district)
    notices.tell(
        queries.deciders_of(organization),
        f"{title}：{organization.name}"[:120],
        body=f"{place}，{organization.get_kind_display()}，职工 {organization.headcount} 人。",
        url=reverse("organizations:record", args=[organization.uid]),
        at=at,
        dedupe=f"{organization.subject}/pending/{at.isoformat()}",
    )


def _answer(organization: Organization, title: str, body: str, at: datetime) -> None:
    told = queries.staff_of(organization)
    if organization.registered_by is not None:
        told.append(organization.registered_by)
    notices.tell(
        told,
        title[:120],
        body=body,
        url=reverse("organizations:record", args=[organization.uid]),
        at=at,
        dedupe=f"{organization.subject}/{organization.status}/{at.isoformat()}",
    )
    notices.text([organization.contact_phone], f"【安澜】{title}。{body}", at=at)
