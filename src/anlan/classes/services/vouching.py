"""班级台登录: who has no text message is let in by the class manager, who sees face and ID card.

The phone has scanned the code on the screen, says name and the number's last four digits, and shows
two digits; the manager confirms the same two digits. Nobody gets a link that opens somebody's
account: what is confirmed opens on the phone that asked, once, within minutes.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare

from anlan.attendance.models import Register
from anlan.attendance.services import device_index
from anlan.classes import queries
from anlan.classes.models import DeskLogin, DeskLoginStatus, EnrolmentStatus, Session, Status
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.services import record
from anlan.foundation.notices import services as notices
from anlan.foundation.rules.queries import rulebook
from anlan.identity.models import Person
from anlan.identity.services import ensure_account
from anlan.lib.dates import local_date, to_shanghai
from anlan.lib.refusals import BadInput, Refused

WRONG_MOST = 10
WRONG_WITHIN = timedelta(minutes=10)
KEPT = timedelta(days=1)
NOT_FOUND = BadInput(
    "本班名单上没有这个姓名和号码。", "请照身份证核对；不在名单上的，请班主任先办现场报名。"
)


class TooManyTries(Refused):
    """Too many wrong names before one screen."""

    status = 429


def life(at: datetime) -> timedelta:
    """How long a request may wait for the class manager, by the rule of the day."""
    return timedelta(minutes=rulebook(local_date(at)).whole("classes.desk_login_minutes"))


def ask_to_log_in(
    session: Session, name: str, last_four: str, *, device: str, at: datetime
) -> DeskLogin:
    """Put a learner of the class, named by who stands before its screen, on the manager's list.

    A try is kept before it is refused. Raises `BadInput` for nobody of the class, `TooManyTries`
    after ten of them within ten minutes, `Refused` when the class is not under way.
    """
    require_open(session, at=at)
    phone = device_index(device)
    wrong = session.desk_logins.filter(person=None, at__gt=at - WRONG_WITHIN)
    if wrong.count() >= WRONG_MOST:
        raise TooManyTries("填错的次数太多，暂时不能这样登录。", "请等 10 分钟，或请班主任代签。")
    person = _named(session, name, last_four)
    asked = _keep(session, person, phone, at=at)
    if person is None:
        raise NOT_FOUND
    return asked


@transaction.atomic
def vouch(asked: DeskLogin, *, by: User, at: datetime) -> None:
    """The class manager has seen face and ID card of who holds the phone with these digits."""
    _decide(asked, DeskLoginStatus.ALLOWED, by=by, at=at)
    person = _person(asked)
    user = ensure_account(person, at=at)
    record(
        f"user/{user.uid}",
        "desk_login_vouched",
        by=by,
        at=at,
        session=str(asked.session.uid),
        number=asked.number,
    )
    where = asked.session.klass.title
    words = f"{to_shanghai(at):%-m 月 %-d 日 %H:%M} 在「{where}」由班主任当面确认登录。"
    notices.tell(
        [user],
        "您的账号在班级台登录",
        body=f"{words}不是您本人，请告诉班主任，并在“我的”里退出所有设备。",
        url="/people/me/",
        at=at,
        dedupe=f"desk-login:{asked.uid}",
    )
    notices.text([person.phone], f"【安澜】您的账号{words}不是本人请联系班主任。", at=at)


def turn_away(asked: DeskLogin, *, by: User, at: datetime) -> None:
    """Not this person, or nobody knows whose phone that is."""
    _decide(asked, DeskLoginStatus.REFUSED, by=by, at=at)


@transaction.atomic
def come_in(asked: DeskLogin, *, at: datetime) -> User:
    """The account for the phone that asked: once, and soon after it was confirmed."""
    fresh = DeskLogin.objects.filter(
        pk=asked.pk, status=DeskLoginStatus.ALLOWED, at__gt=at - life(at)
    )
    if not fresh.update(status=DeskLoginStatus.USED):
        raise Refused("这次确认已经用过或过期了。", "请重新扫屏幕上的二维码。")
    user = ensure_account(_person(asked), at=at)
    if not user.is_active:
        raise Refused("这个账号已停用。", "请联系单位安全员。")
    return user


def forget_desk_logins(at: datetime) -> int:
    """Drop requests of more than a day ago; the ledger keeps what was confirmed."""
    return DeskLogin.objects.filter(at__lte=at - KEPT).delete()[0]


def require_open(session: Session, *, at: datetime) -> Register:
    """The register of a half-day whose door is open now."""
    register = session.register
    live = session.klass.status in (Status.APPROVED, Status.RUNNING)
    if register is None or not live or not register.opens_at <= at <= register.closes_at:
        raise Refused("这节课现在没有开放签到。", "请在开放时间扫讲台屏幕上的二维码。")
    return register


def _named(session: Session, name: str, last_four: str) -> Person | None:
    """Whom of the list name and last four digits mean; nobody where two would fit."""
    said = last_four.strip().upper()
    fits = [
        one.person
        for one in queries.enrolled(session.klass)
        if one.status == EnrolmentStatus.ENROLLED
        and one.person.name == name.strip()
        and constant_time_compare(one.person.id_number[-4:], said)
    ]
    return fits[0] if len(fits) == 1 else None


@transaction.atomic
def _keep(session: Session, person: Person | None, phone: str, *, at: datetime) -> DeskLogin:
    """A newer request of the same phone or person takes the place of its older one."""
    if person is not None:
        if person.user is not None and reach(person.user).has(*_STAFF):
            raise Refused("这个账号还有工作人员的权限，不能由班主任代为登录。", "请用密码登录。")
        waiting = session.desk_logins.filter(status=DeskLoginStatus.ASKED)
        waiting.filter(person=person).delete()
    taken = set(
        session.desk_logins.filter(
            status=DeskLoginStatus.ASKED, person__isnull=False, at__gt=at - life(at)
        ).values_list("number", flat=True)
    )
    free = [number for number in range(10, 100) if number not in taken] or [*range(10, 100)]
    return DeskLogin.objects.create(
        session=session, person=person, number=secrets.choice(free), phone=phone, at=at
    )


def _decide(asked: DeskLogin, status: DeskLoginStatus, *, by: User, at: datetime) -> None:
    still = DeskLogin.objects.filter(
        pk=asked.pk, status=DeskLoginStatus.ASKED, person__isnull=False, at__gt=at - life(at)
    )
    if not still.update(status=status, decided_by=by, decided_at=at):
        raise Refused("这个请求已经处理过或过期了。", "请学员重新扫码，再确认一次。")


def _person(asked: DeskLogin) -> Person:
    if asked.person is None:
        raise Refused("这个请求没有对应的学员。", "请学员重新扫码。")
    return asked.person


_STAFF = tuple(role for role in Role if role != Role.LEARNER)
