"""From application or proposal to the public notice: each check is frozen as evidence."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from anlan.exemplars import policies
from anlan.exemplars.evidence import freeze
from anlan.exemplars.lines import exemplar_line
from anlan.exemplars.models import Check, Exemplar, Status
from anlan.exemplars.queries import exemplars as queries
from anlan.exemplars.queries.criteria import Standing, check, lacking_words
from anlan.exemplars.queries.people import city_officials, officers_of, officials_of
from anlan.exemplars.services.steps import tell_about
from anlan.exemplars.states import EXEMPLAR_STEPS, out_of
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import NotAllowed, Refused, said
from anlan.lib.states import advance
from anlan.organizations.models import Organization
from anlan.organizations.models import Status as OrganizationStatus

STATEMENT_MAX = 1000


@transaction.atomic
def apply_for_naming(
    organization: Organization, words: str, *, by: User, at: datetime, synthetic: bool = False
) -> Exemplar:
    """The enterprise applies, for the first time or to carry on a naming that runs out.

    Raises `Refused` with what is lacking: unknown is lacking too.
    """
    statement = said(words, "请写明主要做法和成效。", STATEMENT_MAX)
    exemplar = _new(organization, by, at, synthetic)
    exemplar.words = statement
    _begin(exemplar, at)
    sha = freeze_check(exemplar, _wanting_nothing(organization, at), "applied", at)
    exemplar_line(exemplar, "applied", by=by, at=at, words=statement, evidence=sha)
    told = officials_of(organization)
    tell_about(exemplar, told, "示范企业申报，待区县核查", url_of(exemplar), at=at, but=by)
    return exemplar


@transaction.atomic
def propose(
    organization: Organization, opinion: str, *, by: User, at: datetime, synthetic: bool = False
) -> Exemplar:
    """The district proposes: its words are the district's opinion, the city decides next."""
    words = said(opinion, "请写明推荐意见。")
    if not policies.may_propose(by, organization):
        raise NotAllowed("由辖区监管人员推荐，本企业人员不能推荐。", "企业请自行申报。")
    exemplar = _new(organization, by, at, synthetic)
    exemplar.status, exemplar.by_district = Status.EXAMINED, True
    exemplar.examined_by, exemplar.examined_at, exemplar.opinion = by, at, words
    _begin(exemplar, at)
    sha = freeze_check(exemplar, _wanting_nothing(organization, at), "applied", at)
    exemplar_line(exemplar, "proposed", by=by, at=at, words=words, evidence=sha)
    tell_about(
        exemplar, city_officials(), "区县推荐示范企业，待决定", url_of(exemplar), at=at, but=by
    )
    told = officers_of(organization)
    title = "区县推荐本企业为示范企业；不同意的可以撤回"
    tell_about(exemplar, told, title, url_of(exemplar), at=at, but=by)
    return exemplar


@transaction.atomic
def reapply(exemplar: Exemplar, words: str, *, by: User, at: datetime) -> None:
    """What was sent back goes in again, its criteria computed anew."""
    statement = said(words, "请写明补正了什么。", STATEMENT_MAX)
    changes = {"words": statement, "reason": "", "by_district": False}
    nobody = {"examined_by": None, "examined_at": None, "opinion": ""}
    nobody |= {"decided_by": None, "decided_at": None}
    advance(exemplar, Status.APPLIED, out_of(Status.RETURNED), **changes, **nobody)
    standing = _wanting_nothing(exemplar.organization, at)
    sha = freeze_check(exemplar, standing, "applied", at)
    exemplar_line(exemplar, "reapplied", by=by, at=at, words=statement, evidence=sha)
    told = officials_of(exemplar.organization)
    tell_about(exemplar, told, "示范企业补正后重新申报", url_of(exemplar), at=at, but=by)


@transaction.atomic
def examine(exemplar: Exemplar, opinion: str, *, by: User, at: datetime) -> None:
    """The district's opinion: it agrees, and why."""
    words = said(opinion, "请写明核查意见。")
    if not policies.may_examine(by, exemplar):
        raise NotAllowed("由辖区监管人员核查。", "请刷新页面查看。")
    changes = {"examined_by": by, "examined_at": at, "opinion": words}
    advance(exemplar, Status.EXAMINED, out_of(Status.APPLIED), **changes)
    exemplar_line(exemplar, "examined", by=by, at=at, words=words)
    tell_about(exemplar, city_officials(), "示范企业待市级决定", url_of(exemplar), at=at, but=by)


@transaction.atomic
def send_back(exemplar: Exemplar, reason: str, *, by: User, at: datetime) -> None:
    """The enterprise is to add something; the district before its opinion, the city after."""
    words = said(reason, "请写明要补正什么，企业会看到。")
    allowed = policies.may_examine(by, exemplar)
    if exemplar.status == Status.EXAMINED:
        allowed = policies.may_decide(by, exemplar)
    if not allowed:
        raise NotAllowed("现在不由您办理这份申报。", "请刷新页面查看轮到谁办。")
    advance(exemplar, Status.RETURNED, EXEMPLAR_STEPS, reason=words)
    exemplar_line(exemplar, "returned", by=by, at=at, words=words)
    told = officers_of(exemplar.organization)
    tell_about(exemplar, told, "示范企业申报被退回，请补正", url_of(exemplar), at=at, but=by)


@transaction.atomic
def cancel(exemplar: Exemplar, *, by: User, at: datetime) -> None:
    """The enterprise takes the application back, or a proposal that it doesn't want."""
    advance(exemplar, Status.CANCELLED, EXEMPLAR_STEPS, ended_at=at)
    exemplar_line(exemplar, "cancelled", by=by, at=at)
    told = officials_of(exemplar.organization)
    tell_about(exemplar, told, "企业撤回了示范企业申报", url_of(exemplar), at=at, but=by)


@transaction.atomic
def announce(exemplar: Exemplar, reason: str, *, by: User, at: datetime) -> None:
    """The city agrees: the naming is announced for the days of the rule, today not counted."""
    words = said(reason, "请写明同意的理由。")
    _refuse_the_same(exemplar, by)
    today = local_date(at)
    until = today + timedelta(days=rulebook(today).whole("exemplar.notice_days"))
    changes = {"decided_by": by, "decided_at": at, "reason": words}
    advance(
        exemplar,
        Status.ANNOUNCED,
        out_of(Status.EXAMINED),
        notice_from=today,
        notice_until=until,
        **changes,
    )
    exemplar_line(exemplar, "announced", by=by, at=at, words=words, until=until.isoformat())
    told = [*officers_of(exemplar.organization), *officials_of(exemplar.organization)]
    title = f"示范企业公示至{date_text(until)}"
    tell_about(exemplar, told, title, url_of(exemplar), at=at, but=by)


@transaction.atomic
def refuse(exemplar: Exemplar, reason: str, *, by: User, at: datetime) -> None:
    """The city doesn't agree, and why."""
    words = said(reason, "请写明不予命名的理由，企业会看到。")
    _refuse_the_same(exemplar, by)
    changes = {"decided_by": by, "decided_at": at, "reason": words, "ended_at": at}
    advance(exemplar, Status.REFUSED, out_of(Status.EXAMINED), **changes)
    exemplar_line(exemplar, "refused", by=by, at=at, words=words)
    told = [*officers_of(exemplar.organization), *officials_of(exemplar.organization)]
    tell_about(exemplar, told, "示范企业申报不予命名", url_of(exemplar), at=at, but=by)


def freeze_check(exemplar: Exemplar, standing: Standing, why: str, at: datetime) -> str:
    """Keep a computed check for good; its hash is for the ledger line."""
    evidence, sha256 = freeze(standing, at)
    Check.objects.create(
        exemplar=exemplar,
        why=why,
        at=at,
        fulfilled=standing.fulfilled,
        evidence=evidence,
        sha256=sha256,
    )
    return sha256


def url_of(exemplar: Exemplar) -> str:
    return reverse("exemplars:exemplar", args=[exemplar.uid])


def _refuse_the_same(exemplar: Exemplar, by: User) -> None:
    if not policies.may_decide(by, exemplar):
        raise Refused(
            "由市级人员决定，出具区县意见的人和本企业的人不能再作决定。", "请换一位市级人员办理。"
        )


def _wanting_nothing(organization: Organization, at: datetime) -> Standing:
    standing = check(organization, local_date(at))
    if not standing.fulfilled:
        raise Refused(
            f"还有 {len(standing.lacking)} 项条件没有满足：{lacking_words(standing.lacking)}。",
            "缺数据的请先补上记录，待核实的请等区县核实，再提交。",
        )
    return standing


def _new(organization: Organization, by: User, at: datetime, synthetic: bool) -> Exemplar:
    """A row for an enterprise that may be named now; of one that is named, near its end."""
    if organization.status != OrganizationStatus.APPROVED:
        raise Refused("单位登记没有通过或已停用。", "请先完成单位登记。")
    renews = queries.standing_naming(organization)
    today = local_date(at)
    if renews is not None and renews.valid_until is not None:
        days = rulebook(today).whole("exemplar.renew_days")
        opens = renews.valid_until - timedelta(days=days)
        if today < opens:
            raise Refused(
                f"命名有效期至{date_text(renews.valid_until)}，还不用续期。",
                f"{date_text(opens)}起可以申报续期。",
            )
    return Exemplar(
        organization=organization,
        district=organization.district,
        industry=organization.key_industry,
        applied_by=by,
        applied_at=at,
        renews=renews,
        is_synthetic=synthetic,
    )


def _begin(exemplar: Exemplar, at: datetime) -> None:
    try:
        with transaction.atomic():
            exemplar.save()
    except IntegrityError as twice:
        raise NotAllowed(
            "这家企业已有一份正在办理的申报。", "请打开原来的申报，按当前步骤办理。"
        ) from twice
