"""Named, carried on, doubted, kept or withdrawn by a person; ended by the clock."""

from datetime import date, datetime, timedelta

from django.db import transaction

from anlan.exemplars import numbers, policies
from anlan.exemplars.lines import exemplar_line
from anlan.exemplars.models import Exemplar, ExemplarNumber, ObjectionStatus, Status
from anlan.exemplars.models.exemplars import STANDING
from anlan.exemplars.queries.criteria import check, lacking_words
from anlan.exemplars.queries.people import city_officials, officers_of, officials_of
from anlan.exemplars.services.applying import freeze_check, url_of
from anlan.exemplars.services.steps import tell_about
from anlan.exemplars.spans import years_after
from anlan.exemplars.states import EXEMPLAR_STEPS, out_of
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import date_text, local_date
from anlan.lib.refusals import NotAllowed, Refused, said
from anlan.lib.states import advance


@transaction.atomic
def name_exemplar(exemplar: Exemplar, *, by: User, at: datetime) -> None:
    """After the notice, with every objection answered and every criterion still fulfilled."""
    _refuse_others(exemplar, by)
    today = local_date(at)
    _refuse_too_early(exemplar, today)
    standing = check(exemplar.organization, today)
    if not standing.fulfilled:
        raise Refused(
            f"现在有条件不满足或不明：{lacking_words(standing.lacking)}。",
            "先补上数据再命名；确实不再符合的，请处理为异议成立或等企业撤回。",
        )
    begins = _end_the_former(exemplar, by, at, today)
    until = years_after(begins, rulebook(today).whole("exemplar.valid_years"))
    number = _next_number(today.year)
    advance(
        exemplar,
        Status.NAMED,
        out_of(Status.ANNOUNCED),
        number=number,
        named_by=by,
        named_on=today,
        valid_until=until,
        watched_on=today,
    )
    if exemplar.renews is not None and exemplar.renews.status == Status.RENEWED:
        exemplar_line(exemplar.renews, "renewed", by=by, at=at, number=number)
    sha = freeze_check(exemplar, standing, "named", at)
    exemplar_line(
        exemplar, "named", by=by, at=at, number=number, until=until.isoformat(), evidence=sha
    )
    told = [*officers_of(exemplar.organization), *officials_of(exemplar.organization)]
    title = f"已命名为示范企业，有效期至{date_text(until)}"
    tell_about(exemplar, told, title, url_of(exemplar), at=at, but=by)


@transaction.atomic
def doubt(exemplar: Exemplar, reason: str, *, by: User, at: datetime) -> None:
    """A city official has cause to look at a naming again, before any criterion breaks."""
    words = said(reason, "请写明提请撤销的理由。")
    _refuse_others(exemplar, by)
    advance(exemplar, Status.DOUBTED, out_of(Status.NAMED), concern=words)
    _told_of_doubt(exemplar, words, by=by, at=at)


@transaction.atomic
def watch(exemplar: Exemplar, *, at: datetime) -> bool:
    """Compute the criteria of a naming; propose its withdrawal when one is certainly broken.

    What has become unknown is no reason: nobody loses a naming for a late import.
    True when proposed.
    """
    today = local_date(at)
    seen = Exemplar.objects.filter(pk=exemplar.pk, status=Status.NAMED)
    if not seen.update(watched_on=today):
        return False
    exemplar.watched_on = today
    standing = check(exemplar.organization, today)
    if not standing.broken:
        return False
    words = f"每日核对：{lacking_words(standing.broken)}"[:500]
    advance(exemplar, Status.DOUBTED, out_of(Status.NAMED), concern=words)
    sha = freeze_check(exemplar, standing, "doubted", at)
    names = "、".join(one.name for one in standing.broken)
    _told_of_doubt(exemplar, words, by=None, at=at, broken=names, evidence=sha)
    return True


@transaction.atomic
def keep(exemplar: Exemplar, reason: str, *, by: User, at: datetime) -> None:
    """The naming stays; the nightly check leaves it alone for the days of the rule."""
    words = said(reason, "请写明保留的理由。")
    _refuse_others(exemplar, by)
    today = local_date(at)
    free = today + timedelta(days=rulebook(today).whole("exemplar.keep_days"))
    advance(exemplar, Status.NAMED, out_of(Status.DOUBTED), concern=words, watch_from=free)
    exemplar_line(exemplar, "kept", by=by, at=at, words=words)
    told = officers_of(exemplar.organization)
    tell_about(exemplar, told, "示范企业命名决定保留", url_of(exemplar), at=at, but=by)


@transaction.atomic
def withdraw(exemplar: Exemplar, reason: str, *, by: User, at: datetime) -> None:
    """The naming ends early, by a person's decision; the public page says so from now on."""
    words = said(reason, "请写明撤销的理由，企业会看到。")
    _refuse_others(exemplar, by)
    changes = {"concern": words, "ended_at": at}
    advance(exemplar, Status.WITHDRAWN, out_of(Status.DOUBTED), **changes)
    exemplar_line(exemplar, "withdrawn", by=by, at=at, words=words)
    told = [*officers_of(exemplar.organization), *officials_of(exemplar.organization)]
    tell_about(exemplar, told, "示范企业命名已撤销", url_of(exemplar), at=at, but=by)


@transaction.atomic
def expire(exemplar: Exemplar, *, at: datetime) -> bool:
    """The last day has passed; False when somebody has ended it meanwhile."""
    if exemplar.valid_until is None or exemplar.valid_until >= local_date(at):
        return False
    steps = {since: {Status.EXPIRED} for since in STANDING}
    try:
        advance(exemplar, Status.EXPIRED, steps, ended_at=at)
    except NotAllowed:
        return False
    exemplar_line(exemplar, "expired", by=None, at=at)
    told = officers_of(exemplar.organization)
    tell_about(exemplar, told, "示范企业命名已到期", url_of(exemplar), at=at, but=None)
    return True


def _told_of_doubt(
    exemplar: Exemplar, words: str, *, by: User | None, at: datetime, **data: str
) -> None:
    broken = data.pop("broken", "由市级人员提请")
    exemplar_line(exemplar, "doubted", by=by, at=at, words=words, broken=broken, **data)
    told = [*city_officials(), *officers_of(exemplar.organization)]
    title = "示范企业条件可能不再满足，待决定"
    tell_about(exemplar, told, title, url_of(exemplar), at=at, but=by)


def _refuse_others(exemplar: Exemplar, by: User) -> None:
    if not policies.may_name(by, exemplar):
        raise NotAllowed("由市级人员决定，本企业的人不能参与。", "请刷新页面查看。")


def _refuse_too_early(exemplar: Exemplar, today: date) -> None:
    if exemplar.notice_until is not None and today <= exemplar.notice_until:
        raise Refused(
            f"公示到{date_text(exemplar.notice_until)}结束，还不能命名。", "请在公示期满后办理。"
        )
    waiting = exemplar.objections.filter(status=ObjectionStatus.OPEN).count()
    if waiting:
        raise Refused(f"还有 {waiting} 件异议没有答复。", "请先逐件处理。")


def _end_the_former(exemplar: Exemplar, by: User, at: datetime, today: date) -> date:
    """From when the new naming counts: a former one that still holds goes over into it."""
    former = exemplar.renews
    if former is None or former.status not in STANDING:
        return today
    if Status.RENEWED not in EXEMPLAR_STEPS[former.status]:
        raise Refused("原命名正在等是否撤销的决定。", "请先对原命名作出决定。")
    until = former.valid_until or today
    advance(former, Status.RENEWED, out_of(Status.NAMED), ended_at=at)
    return max(until, today)


def _next_number(year: int) -> str:
    """The head row is locked, so that no number is drawn twice."""
    ExemplarNumber.objects.get_or_create(year=year)
    head = ExemplarNumber.objects.select_for_update().get(year=year)
    head.last += 1
    head.save(update_fields=["last"])
    return numbers.write(year, head.last)
