"""What a phone holds between the scan and the tap.

The code on the screen lives for seconds, a hand on a slow phone needs more. So the code is checked
when the page is asked for, and the page holds a signed ticket: one person, one session, three
minutes. Handed on, it opens nothing for anybody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from anlan.attendance.codes import CodeChanged
from anlan.classes.models import Session
from anlan.identity.models import Person

SALT = "anlan.classes.scan"
LIFE = timedelta(minutes=3)


@dataclass(frozen=True)
class Scan:
    """A code and the moment at which it was read from the screen."""

    code: str
    at: datetime


def ticket_for(session: Session, person: Person, code: str, *, at: datetime) -> str:
    """Keep a scan whose code has just been checked."""
    held = [str(session.uid), str(person.uid), code, at.isoformat()]
    return signing.dumps(held, salt=SALT)


def read_ticket(ticket: str, session: Session, person: Person, *, at: datetime) -> Scan:
    """The scan of this person at this session; raises `CodeChanged` for any other or an old one."""
    try:
        session_uid, person_uid, code, moment = signing.loads(ticket, salt=SALT)
    except (signing.BadSignature, ValueError) as forged:
        raise _scan_again() from forged
    scan = Scan(code, datetime.fromisoformat(moment))
    own = (session_uid, person_uid) == (str(session.uid), str(person.uid))
    if not own or not timedelta() <= at - scan.at <= LIFE:
        raise _scan_again()
    return scan


def _scan_again() -> CodeChanged:
    return CodeChanged("扫码后停留太久，这次没有登记。", "请重新扫屏幕上的二维码，再点一次。")
