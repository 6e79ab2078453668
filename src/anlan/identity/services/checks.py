"""A check from its opening to a person's word. No step of a machine keeps anybody out."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.foundation.sight import Timed
from anlan.identity.models import (
    CheckStatus,
    FaceTry,
    How,
    IdentityCheck,
    Person,
    Purpose,
    Route,
)
from anlan.identity.queries import cards, faces
from anlan.identity.queries import checks as queries
from anlan.identity.services.call_ends import end_decided
from anlan.identity.services.check_codes import hears, send_code
from anlan.identity.services.faces import refuse_the_young, try_key
from anlan.identity.services.pictures import lay_down
from anlan.identity.states import CHECK_STEPS
from anlan.lib import idnumber
from anlan.lib.dates import local_date
from anlan.lib.masking import mask_name
from anlan.lib.refusals import BadInput, NotAllowed, Refused
from anlan.lib.states import advance
from anlan.vision.challenge import Challenge, draw

LATE_BY = 1.5  # seconds that a phone's clock may run ahead of the server's while it films


@transaction.atomic
def begin(
    person: Person,
    purpose: Purpose,
    subject: str,
    *,
    title: str = "",
    back: str = "",
    by: User,
    at: datetime,
) -> IdentityCheck:
    """The check of a person for one thing; beginning it again finds the same one."""
    made, new = IdentityCheck.objects.get_or_create(
        person=person,
        purpose=purpose,
        subject=subject,
        defaults={
            "title": title[:160],
            "back": back[:200],
            "host": import_string(settings.ANLAN_CHECK_HOST)(subject),
            "at": at,
        },
    )
    if new:
        _record(made, "identity_check_opened", by, at)
    return made


@transaction.atomic
def begin_try(check: IdentityCheck, *, by: User, at: datetime) -> tuple[FaceTry, Challenge]:
    """Draw a challenge: the server's nonce, which actions, in which order, and when.

    Every drawing counts, answered or not, so that nobody draws until a film fits.
    """
    locked = IdentityCheck.objects.select_for_update().get(pk=check.pk)
    _refuse_unless_open(locked)
    day = local_date(at)
    refuse_the_young(check.person, at)
    if cards.has_run_out(cards.back_of(check.person, day), day):
        raise Refused("登记的身份证已过有效期。", "请用人工核验；有新证时可以重拍国徽面。")
    if faces.usable_face(check.person, day) is None:
        raise Refused("还没有登记人脸，或登记还没有完成。", "请先登记，或改用人工核验。")
    book = rulebook(day)
    if locked.tries.count() >= book.whole("identity.tries_max"):
        raise Refused("刷脸次数已用完。", "请点“先继续，交人工复核”，不影响您考试或学习。")
    challenge = draw(random.SystemRandom(), secrets.token_urlsafe(24))
    life = book.number("vision.check_seconds") + book.number("identity.upload_seconds")
    made = FaceTry.objects.create(
        check_of=locked,
        nonce=challenge.nonce,
        steps=[list(astuple(step)) for step in challenge.steps],
        begun_at=at,
        until=at + timedelta(seconds=life),
        age_band=queries.age_band(idnumber.parse(check.person.id_number).age_on(day)),
    )
    return made, challenge


@transaction.atomic
def post_frames(
    one: FaceTry,
    nonce: str,
    frames: Sequence[Timed],
    *,
    device: str = "",
    light: str = "",
    by: User,
    at: datetime,
) -> None:
    """Hand in what was filmed, once and in time; the processes that look will answer.

    A film that claims to be longer than the time since the drawing is refused.
    """
    if not constant_time_compare(one.nonce, nonce):
        raise BadInput("这次核验的凭据不对。", "请重新开始刷脸。")
    if at > one.until:
        raise Refused("这次刷脸已超时。", "请重新开始，或改用人工核验。")
    if frames[-1][0] > (at - one.begun_at).total_seconds() + LATE_BY:
        raise BadInput("画面的时间不对。", "请关闭其他程序，再做一次；也可以改用人工核验。")
    _refuse_unless_open(IdentityCheck.objects.get(pk=one.check_of_id))
    free = FaceTry.objects.filter(pk=one.pk, posted_at=None)
    words = {"frames": len(frames), "device_band": device, "light_band": light}
    if not free.update(posted_at=at, **words):
        raise NotAllowed("这次刷脸的画面已经交过。", "请等待结果；不需要再交。")
    lay_down(try_key(one), frames, at=at)


@transaction.atomic
def go_on(check: IdentityCheck, *, route: Route, by: User, at: datetime) -> None:
    """The person chooses people over the camera, before or after it: goes on at once.

    By the manual route a code is texted; who looks at the card has it told to them.
    """
    hours = rulebook(local_date(at)).whole("identity.review_hours")
    due = at + timedelta(hours=hours)
    advance(check, CheckStatus.REVIEW, CHECK_STEPS, route=route, asked_at=at, due_at=due)
    if route == Route.MANUAL:
        send_code(check, at=at)
    _record(check, "identity_review_asked", by, at, route=route.label)
    tell_reviewers(check, at)


def settle(check: IdentityCheck, outcome: CheckStatus, *, at: datetime) -> None:
    """What a look has come to: passed, or for a person to see. In the caller's transaction."""
    if outcome == CheckStatus.PASSED:
        advance(check, outcome, CHECK_STEPS, route=Route.FACE)
        _record(check, "identity_passed", None, at)
        return
    hours = rulebook(local_date(at)).whole("identity.review_hours")
    words = {"route": Route.FACE, "asked_at": at, "due_at": at + timedelta(hours=hours)}
    advance(check, CheckStatus.REVIEW, CHECK_STEPS, **words)
    _record(check, "identity_review_asked", None, at, route=Route.FACE.label)
    tell_reviewers(check, at)


def decide(
    check: IdentityCheck,
    *,
    confirmed: bool,
    reason: str,
    code: str = "",
    how: How = How.DESK,
    by: User,
    at: datetime,
) -> None:
    """A person's word after seeing the card. A denial is told, with the right to appeal.

    A try of the code is counted before it is compared and stays counted when it is refused.
    """
    if check.person.user_id == by.pk:
        raise Refused("不能给自己做人工核验。", "请由其他工作人员处理。")
    if check.status == CheckStatus.APPEALED and check.decided_by_id == by.pk:
        raise Refused("申诉要由另一位工作人员决定。", "请转交同事处理。")
    heard = bool(code) and hears(check, code, at)
    if code and not heard:
        raise BadInput(
            "验证码不对。", "请核对学员手机上的 6 位数字；手机不在身边就不填，写明怎样确认的。"
        )
    if not heard and len(reason.strip()) < 2:
        raise BadInput(
            "没有核对验证码时，要写明怎样确认的。", "例如：本人手机不在身边，已当面核对身份证。"
        )
    denied = CheckStatus.UPHELD if check.appealed_at else CheckStatus.NOT_CONFIRMED
    to = CheckStatus.CONFIRMED if confirmed else denied
    words = {"decided_by": by, "decided_at": at, "decision": reason[:200], "code_seen": heard}
    words |= {"how": how, "code_hash": ""}
    with transaction.atomic():
        advance(check, to, CHECK_STEPS, **words)
        end_decided(check, at=at)
        said = {"result": to.label, "reason": reason, "code_seen": heard, "how": how.label}
        _record(check, "identity_decided", by, at, **said)
        _tell_decision(check, to, reason, at)


def _tell_decision(check: IdentityCheck, to: CheckStatus, reason: str, at: datetime) -> None:
    if check.person.user is None:
        return
    body = {
        CheckStatus.NOT_CONFIRMED: f"理由：{reason}。您可以申诉，由另一位工作人员决定。",
        CheckStatus.UPHELD: f"理由：{reason}。",
    }.get(to, "")
    url, dedupe = reverse("identity:check", args=[check.uid]), f"identity/{check.uid}/{to}"
    title = f"身份核验：{to.label}"
    notices.tell([check.person.user], title, at=at, dedupe=dedupe, body=body, url=url)


@transaction.atomic
def appeal(check: IdentityCheck, *, words: str, by: User, at: datetime) -> None:
    """Ask another person to look, within the days of the rule."""
    book = rulebook(local_date(at))
    if not queries.may_appeal(check, at, book.whole("identity.appeal_days")):
        raise NotAllowed("申诉期限已过，或这次核验不需要申诉。", "有疑问请联系班主任。")
    due = at + timedelta(days=book.whole("identity.appeal_answer_days"))
    changes = {"appeal": words[:300], "appealed_at": at, "due_at": due}
    advance(check, CheckStatus.APPEALED, CHECK_STEPS, **changes)
    _record(check, "identity_appealed", by, at)
    tell_officials(check, "身份核验申诉待决定", f"identity/{check.uid}/appeal", at)


def remind_overdue(at: datetime) -> int:
    """Job: what a person owed an answer to by now; told once, and nothing is decided by itself."""
    late = IdentityCheck.objects.filter(status__in=queries.WAITING, due_at__lt=at)
    for check in late.select_related("person", "host")[:50]:
        tell_officials(check, "身份核验逾期未处理", f"identity/{check.uid}/late/{check.status}", at)
    return 0


def tell_reviewers(check: IdentityCheck, at: datetime) -> None:
    """Class managers of the host, or the city's officials where there is no host."""
    _tell(reviewers_of(check), check, "身份核验待处理", f"identity/{check.uid}/review", at)


def reviewers_of(check: IdentityCheck) -> list[User]:
    if check.host is None:
        return officials_of(check)
    return users_with(Role.CLASS_MANAGER, ScopeKind.ORGANIZATION, str(check.host.uid))


def officials_of(check: IdentityCheck) -> list[User]:
    """Of the host's district; of the city where there is neither host nor official."""
    users: list[User] = []
    if check.host:
        users = users_with(Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, check.host.district)
    return users or users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)


def tell_officials(check: IdentityCheck, title: str, dedupe: str, at: datetime) -> None:
    _tell(officials_of(check), check, title, dedupe, at)


def _tell(users: list[User], check: IdentityCheck, title: str, dedupe: str, at: datetime) -> None:
    body = f"{mask_name(check.person.name)}，{queries.purpose_words(check)}"
    url = reverse("identity:decide", args=[check.uid])
    notices.tell(users, title, at=at, dedupe=dedupe, body=body, url=url)


def _refuse_unless_open(check: IdentityCheck) -> None:
    if check.status != CheckStatus.OPEN:
        raise NotAllowed("这次核验已经有了结果。", "请返回继续，不需要再刷脸。")


def _record(check: IdentityCheck, verb: str, by: User | None, at: datetime, **words: Any) -> None:
    said: dict[str, Any] = {"purpose": Purpose(check.purpose).label, **words}
    record(check.subject, verb, by=by, at=at, about=check.person.uid, **said)
