"""The 30-second form: anonymous to the trainer, once a learner."""

from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.classes.models import Enrolment, Status, Survey, SurveyDone
from anlan.foundation.ledger.services import record
from anlan.lib.dates import day_bounds, local_date
from anlan.lib.refusals import Refused


@transaction.atomic
def answer_survey(
    enrolment: Enrolment,
    *,
    useful: int,
    clear: int,
    place: int,
    recommend: int,
    words: str,
    at: datetime,
) -> Survey:
    """Keep the answers without the person; that the person answered is kept apart.

    The ledger line carries no actor and the day as its business time. Whoever holds the database
    could still match the order of the two tables (docs/adr/0004).
    """
    _require_taught(enrolment)
    try:
        with transaction.atomic():
            SurveyDone.objects.create(enrolment=enrolment)
    except IntegrityError as again:
        raise Refused("您已经评价过这个班，谢谢。", "每人每班评价一次。") from again
    survey = Survey.objects.create(
        klass=enrolment.klass,
        useful=useful,
        clear=clear,
        place=place,
        recommend=recommend,
        words=words,
        day=local_date(at),
    )
    day, _end = day_bounds(local_date(at))
    record(enrolment.klass.subject, "survey_received", by=None, at=day)
    return survey


def _require_taught(enrolment: Enrolment) -> None:
    """Who has been there may speak, until the class closes and its figures are frozen."""
    klass = enrolment.klass
    if klass.status == Status.CLOSED:
        raise Refused("这个班已经结班，评价已截止。", "意见可以直接告诉班主任或本单位安全员。")
    marks = enrolment.person.marks.filter(register__session__klass=klass)
    if klass.status != Status.RUNNING or not marks.exists():
        raise Refused("还没有上过课，先不用评价。", "第一次签到以后就可以评价。")
