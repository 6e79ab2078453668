"""At the door without a booking: somebody walks in, or comes instead of a colleague."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlan.classes.models import Enrolment, TrainingClass
from anlan.classes.services import enrolments
from anlan.foundation.accounts.models import User
from anlan.identity.models import Employment, Person
from anlan.identity.services import employ, register_person
from anlan.lib import uscc
from anlan.lib.dates import local_date
from anlan.lib.refusals import BadInput, Refused
from anlan.organizations import queries as organizations
from anlan.organizations.models import Organization, Status


@dataclass(frozen=True)
class Newcomer:
    """Who stands at the door, as read from the ID card."""

    name: str
    id_number: str
    phone: str = ""


@transaction.atomic
def take_in(
    klass: TrainingClass, who: Newcomer, *, organization: Organization, by: User, at: datetime
) -> Enrolment:
    """Register, employ and enrol somebody who comes unannounced; all of it or nothing."""
    person = _known(klass, who, organization, by, at)
    return enrolments.walk_in(klass, person, organization=organization, by=by, at=at)


@transaction.atomic
def send_instead(
    enrolment: Enrolment, who: Newcomer, *, reason: str, by: User, at: datetime
) -> Enrolment:
    """A colleague of the same enterprise takes the place of somebody who has not signed in."""
    person = _known(enrolment.klass, who, enrolment.organization, by, at)
    return enrolments.substitute(enrolment, person, reason=reason, by=by, at=at)


def employer_by_code(code: str) -> Organization:
    """The approved enterprise under a 统一社会信用代码 as it is typed."""
    try:
        number = uscc.parse(code)
    except uscc.BadUscc as wrong:
        raise BadInput(f"{wrong}。", "请对照营业执照核对 18 位代码。") from None
    found = organizations.by_uscc(number)
    if found is None or found.status != Status.APPROVED:
        raise Refused(
            "这家企业还没有在平台登记，或登记还没有通过审核。",
            "请企业先登记；来不及时请本人改约下一期。",
        )
    return found


def _known(
    klass: TrainingClass, who: Newcomer, organization: Organization, by: User, at: datetime
) -> Person:
    person, _new = register_person(
        name=who.name,
        id_number=who.id_number,
        phone=who.phone,
        by=by,
        at=at,
        synthetic=klass.is_synthetic,
    )
    open_jobs = Employment.objects.filter(person=person, organization=organization, until=None)
    if not open_jobs.exists():  # a known post stays as the enterprise has written it
        employ(person, organization, on=local_date(at), by=by)
    return person
