"""「是不是本人」: a full name typed on the public page is compared, and guessing is slowed down."""

import hmac
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.utils.crypto import salted_hmac

from anlan.archives.models import Certificate, NameTry
from anlan.archives.queries import former_name_on
from anlan.lib.refusals import BadInput, Refused

MOST_FROM_ONE = 5  # tries an hour on one certificate from one address
MOST_IN_ALL = 60  # tries an hour on one certificate from everywhere
KEPT = timedelta(days=1)
DOTS = str.maketrans(dict.fromkeys("•・‧∙.", "·"))


class TooManyTries(Refused):
    """Too many names were tried on this certificate within the hour."""

    status = 429


def name_agrees(certificate: Certificate, typed: str, *, address: str, at: datetime) -> bool:
    """Is this the holder's full name? The try is counted before anything is compared.

    Raises `BadInput` for an empty name, `TooManyTries`.
    """
    said = _normal(typed)
    if not said:
        raise BadInput("请填写完整姓名。", "与身份证上的姓名一致。")
    _count(certificate, address, at)
    held = certificate.enrolment.person.name
    printed = former_name_on(certificate) or held  # what a former print bears counts too
    typed_as = _digest(said)
    now_so = hmac.compare_digest(typed_as, _digest(_normal(held)))
    return hmac.compare_digest(typed_as, _digest(_normal(printed))) or now_so


def forget_old_tries(at: datetime) -> int:
    """Job: counters of past days are of no use to anybody."""
    gone, _by_model = NameTry.objects.filter(hour__lt=at - KEPT).delete()
    return gone


@transaction.atomic
def _count(certificate: Certificate, address: str, at: datetime) -> None:
    hour = at.replace(minute=0, second=0, microsecond=0)
    source = salted_hmac("anlan.archives.name-try", address, algorithm="sha256").hexdigest()
    row, _new = NameTry.objects.get_or_create(certificate=certificate, source=source, hour=hour)
    NameTry.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    here = NameTry.objects.filter(certificate=certificate, hour=hour)
    in_all = here.aggregate(total=Sum("tries", default=0))["total"]
    if here.get(pk=row.pk).tries > MOST_FROM_ONE or in_all > MOST_IN_ALL:
        raise TooManyTries(
            "这张证明核对姓名的次数过多，暂停到下一个整点。",
            "请稍后再试，或请持证人出示身份证原件核对。",
        )


def _digest(name: str) -> bytes:
    """Equal length for every name, so that comparing takes equal time."""
    return salted_hmac("anlan.archives.name", name, algorithm="sha256").digest()


def _normal(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(DOTS).casefold()
