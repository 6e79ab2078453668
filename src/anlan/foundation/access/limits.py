"""How often something may be tried, over all server processes: counted in the database."""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from anlan.foundation.access.models import Attempt
from anlan.lib.refusals import Refused

KEPT = timedelta(days=2)


class TooOften(Refused):
    """The limit of the hour, or of the day, is reached."""

    status = 429


def count(kind: str, about: object, *, at: datetime) -> None:
    Attempt.objects.create(kind=kind, key=_key(kind, about), at=at)


def counted(kind: str, about: object, *, since: datetime) -> int:
    return Attempt.objects.filter(kind=kind, key=_key(kind, about), at__gt=since).count()


def refuse_more(kind: str, about: object, *, most: int, at: datetime) -> None:
    """Count one more within the hour. Raises `TooOften` past `most`."""
    if counted(kind, about, since=at - timedelta(hours=1)) >= most:
        raise TooOften("一小时内的次数已满。", "请稍后再试；确有需要的，请联系监管部门。")
    count(kind, about, at=at)


def forgive(kind: str, about: object) -> None:
    Attempt.objects.filter(kind=kind, key=_key(kind, about)).delete()


def forget_attempts(at: datetime) -> int:
    """For the schedule: what is older than every limit goes."""
    gone, _ = Attempt.objects.filter(at__lt=at - KEPT).delete()
    return gone


def _key(kind: str, about: object) -> str:
    return salted_hmac(f"anlan.access.{kind}", str(about), algorithm="sha256").hexdigest()
