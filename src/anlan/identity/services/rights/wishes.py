"""Wishes that come in at a desk, on paper or by word, and corrections asked for on the phone."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from anlan.foundation.access.services.codes import refuse_hurry
from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.files.sealed import SealedFile, keep_sealed
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.identity.kept import ruling
from anlan.identity.models import Person, Wish, WishKind, WishStatus, WishWay
from anlan.identity.queries import wishes as queries
from anlan.identity.services.rights import corrections
from anlan.identity.services.rights.deletions import ask_deletion
from anlan.identity.services.rights.exports import ask_export
from anlan.identity.states import WISH_STEPS
from anlan.lib.dates import date_text, day_bounds, local_date
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.organizations.models import Organization

MOST_CODE_TRIES = 5


@dataclass(frozen=True)
class Asked:
    """What somebody asks for, as the desk or the phone has taken it down."""

    kind: str
    way: str
    received_on: date
    value: str = ""
    seen: str = ""
    paper: str = ""
    picture: bytes = b""


@transaction.atomic
def record_wish(
    person: Person, asked: Asked, *, desk: Organization | None, by: User, at: datetime
) -> Wish:
    """Take a wish down at a desk; it counts once it is confirmed. The clock runs from its day.

    Raises `BadInput` for a day in the future, a correction without its proof, paper without paper.
    """
    if person.user_id == by.pk:
        raise NotAllowed("不能登记自己的申请。", "请在手机上「我的信息与权利」里提出。")
    if asked.received_on > local_date(at):
        raise BadInput("收到日期在今天之后。", "请填实际收到申请的日期。")
    if not asked.seen:
        raise BadInput("还没有说明怎样核对了本人身份。", "请选看过的证件。")
    if asked.way == WishWay.PAPER and not asked.paper and not asked.picture:
        raise BadInput("书面申请要有编号或照片。", "请填纸质申请的编号，或拍一张照片。")
    district = queries.district_of(person) or queries.district_at(by, desk)
    return _make(person, asked, district, desk, WishStatus.RECORDED, by, at)


@transaction.atomic
def ask_correction(person: Person, asked: Asked, *, by: User, at: datetime) -> Wish:
    """The person asks on the own phone; the caller has heard the code."""
    made = _make(person, asked, queries.district_of(person), None, WishStatus.ASKED, None, at)
    made.by_code, made.confirmed_at = True, at
    made.save(update_fields=["by_code", "confirmed_at"])
    record(person.subject, "wish_asked", by=by, at=at, about=person.uid, **_said(made))
    _tell_officials(made, "asked", at)
    return made


def send_wish_code(wish: Wish, *, by: User, at: datetime) -> None:
    """Six digits to the phone on file, with what they stand for. Raises `Refused` without one."""
    if wish.status != WishStatus.RECORDED:
        raise NotAllowed("这份申请不在待确认状态。", "请刷新页面查看。")
    if not wish.person.phone:
        raise Refused("没有登记手机号。", "请另一位工作人员核对后确认。")
    refuse_hurry(wish.person.phone, at=at)
    minutes = int(ruling("identity.code_minutes", at).value)
    code = f"{secrets.randbelow(10**6):06d}"
    until = at + timedelta(minutes=minutes)
    told = {"code_hash": _hash(wish, code), "code_until": until, "code_tries": 0}
    Wish.objects.filter(pk=wish.pk).update(**told)
    text = (
        f"【安澜】有人在服务窗口替您登记了“{wish.get_kind_display()}个人信息”的申请。"
        f"确认码 {code}，{minutes} 分钟内有效。确是您本人的意思，才把它报给工作人员。"
    )
    notices.text([wish.person.phone], text, at=at)


def confirm_by_phone(wish: Wish, typed: str, *, by: User, at: datetime) -> None:
    """The person tells the code; a try is counted before it is compared and stays counted."""
    wish.refresh_from_db()
    if not wish.code_hash or wish.code_until is None or wish.code_until <= at:
        raise Refused("确认码已过期，或没有发过。", "请重新发送，或请另一位工作人员确认。")
    left = Wish.objects.filter(pk=wish.pk, code_tries__lt=MOST_CODE_TRIES)
    if not left.update(code_tries=F("code_tries") + 1):
        raise Refused("确认码输错次数过多，已作废。", "请重新发送，或请另一位工作人员确认。")
    if not constant_time_compare(wish.code_hash, _hash(wish, "".join(typed.split()))):
        raise BadInput("确认码不对。", "请核对本人手机上的 6 位数字。")
    _confirm(wish, by_code=True, by=by, at=at)


def confirm_by_colleague(wish: Wish, *, by: User, at: datetime) -> None:
    """A second hand has seen the person or the paper too; a phone on file is told of it."""
    if by.pk in (wish.recorded_by_id, wish.person.user_id):
        raise NotAllowed("登记的人不能自己确认。", "请另一位工作人员核对后确认。")
    _confirm(wish, by_code=False, by=by, at=at)
    if wish.person.phone and wish.kind != WishKind.DELETION:
        text = f"【安澜】已受理您“{wish.get_kind_display()}个人信息”的申请。"
        notices.text([wish.person.phone], f"{text}如非本人意愿，请联系区县人社部门。", at=at)


@transaction.atomic
def withdraw_wish(wish: Wish, *, by: User, at: datetime) -> None:
    """The person thinks better of it, or it was taken down by mistake.

    Once it is confirmed only the person takes it back: a desk can't make a wish disappear.
    """
    if wish.status != WishStatus.RECORDED and wish.person.user_id != by.pk:
        raise NotAllowed("已确认的申请，只能由本人在手机上撤回。", "不能同意的，请写明理由答复。")
    advance(wish, WishStatus.WITHDRAWN, WISH_STEPS, code_hash="")
    record(
        wish.person.subject, "wish_withdrawn", by=by, at=at, about=wish.person.uid, **_said(wish)
    )


@transaction.atomic
def answer_wish(
    wish: Wish, *, grant: bool, reason: str, free: bool = False, by: User, at: datetime
) -> None:
    """An official corrects, or refuses with the reason; both say what was looked at."""
    said = reason.strip()[:300]
    if not said:
        raise BadInput("答复要写明理由。", "例如：已核对户口本变更页；不予更正的写明依据。")
    if not wish.corrects:
        raise NotAllowed("这一类申请不在这里答复。", "请刷新页面查看。")
    if by.pk in (wish.person.user_id, wish.recorded_by_id):
        raise NotAllowed("登记人和本人都不能答复这份申请。", "请另一位监管员办理。")
    to = WishStatus.DONE if grant else WishStatus.REFUSED
    advance(wish, to, WISH_STEPS, decided_by=by, decided_at=at, reason=said)
    verb = "wish_granted" if grant else "wish_refused"
    person = wish.person
    record(person.subject, verb, by=by, at=at, about=person.uid, reason=said, **_said(wish))
    if grant:
        corrections.apply(wish, free=free, by=by, at=at)
    _tell_person(wish, said, at)


def remind_overdue_wish(wish: Wish, *, at: datetime) -> None:
    """The clock has run out: who recorded it and who answers are told once more."""
    _tell_officials(wish, "overdue", at)
    Wish.objects.filter(pk=wish.pk).update(reminded_at=at)


def _make(
    person: Person,
    asked: Asked,
    district: str,
    desk: Organization | None,
    status: WishStatus,
    by: User | None,
    at: datetime,
) -> Wish:
    if person.erased_at is not None:
        raise Refused("这个人的信息已经删除。", "没有可以申请的内容。")
    wish = Wish(person=person, kind=asked.kind, way=asked.way, status=status, district=district)
    wish.desk, wish.recorded_by, wish.at = desk, by, at
    wish.seen, wish.paper, wish.received_on = asked.seen, asked.paper[:40], asked.received_on
    if wish.corrects:
        wish.value = corrections.clean_value(person, asked.kind, asked.value, at=at)
        if not asked.picture:
            raise BadInput("更正要有证明材料。", "请拍身份证、户口本变更页或公安机关证明。")
    days = int(ruling("rights.answer_days", at).value)
    wish.due_at = day_bounds(asked.received_on + timedelta(days=days))[1]
    if asked.picture:
        _lay_scan(wish, keep_sealed(asked.picture, name="申请材料.jpg", by=by, at=at))
    try:
        with transaction.atomic():
            wish.save()
    except IntegrityError as open_one:
        raise Refused(
            "同一事项已有一份申请正在办理。", "请先办完那一份，或撤回后再登记。"
        ) from open_one
    if by is not None:
        told = _said(wish) | {"way": wish.get_way_display(), "seen": wish.get_seen_display()}
        record(person.subject, "wish_recorded", by=by, at=at, about=person.uid, **told)
    return wish


def _lay_scan(wish: Wish, sealed: SealedFile) -> None:
    wish.scan, wish.scan_key, wish.scan_sha256 = sealed.file, sealed.key, sealed.sha256


@transaction.atomic
def _confirm(wish: Wish, *, by_code: bool, by: User, at: datetime) -> None:
    """From here on it counts: a correction waits for an answer, the others go their own way."""
    deletion = wish.kind == WishKind.DELETION
    to = WishStatus.TAKEN if deletion else WishStatus.ASKED
    told = {"confirmed_at": at, "confirmed_by": by, "by_code": by_code, "code_hash": ""}
    advance(wish, to, WISH_STEPS, **told)
    person = wish.person
    how = "本人手机确认码" if by_code else "第二位工作人员"
    record(person.subject, "wish_confirmed", by=by, at=at, about=person.uid, how=how, **_said(wish))
    if wish.corrects:
        _tell_officials(wish, "asked", at)
    elif wish.kind == WishKind.COPY:
        wish.export = ask_export(person, by=by, at=at)
        wish.save(update_fields=["export"])
    else:
        wish.deletion = ask_deletion(
            person, by=by, at=at, due_at=wish.due_at, district=wish.district
        )
        wish.save(update_fields=["deletion"])


def _said(wish: Wish) -> dict[str, Any]:
    return {"wish": str(wish.uid), "kind": str(wish.get_kind_display())}


def _tell_person(wish: Wish, said: str, at: datetime) -> None:
    if wish.person.user is None:
        return
    done = wish.status == WishStatus.DONE
    more = "" if done else "不服的，可以向履行个人信息保护职责的部门投诉，或向人民法院起诉。"
    notices.tell(
        [wish.person.user],
        f"您申请的{wish.get_kind_display()}{'已办结' if done else '未获同意'}",
        at=at,
        dedupe=f"wish:{wish.uid}:answer",
        body=f"答复：{said}。{more}",
        url=reverse("identity:my_data"),
    )


def _tell_officials(wish: Wish, what: str, at: datetime) -> None:
    """The district's officials, the city's where there is none or it alone may; late: everybody."""
    city = users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)
    users = []
    if wish.district and wish.kind != WishKind.ID_NUMBER:
        users = users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, wish.district)
    if what == "overdue":
        users = [*users, *city, *([wish.recorded_by] if wish.recorded_by else [])]
    due = date_text(local_date(wish.due_at - timedelta(seconds=1)))
    late = f"应于{due}前办结，已逾期" if what == "overdue" else f"{due}前答复"
    notices.tell(
        users or city,
        f"个人信息申请（{wish.get_kind_display()}）{late}",
        at=at,
        dedupe=f"wish:{wish.uid}:{what}",
        url=reverse("identity:wish", args=[wish.uid]),
    )


def _hash(wish: Wish, code: str) -> str:
    return salted_hmac("anlan.identity.wish", f"{wish.uid}:{code}", algorithm="sha256").hexdigest()
