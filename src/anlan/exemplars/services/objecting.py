"""Anybody objects while a naming is announced; an official answers, the code shows the answer."""

from datetime import datetime

from django.db import IntegrityError, transaction

from anlan.exemplars import policies
from anlan.exemplars.lines import exemplar_line, objection_line
from anlan.exemplars.models import Exemplar, Objection, ObjectionStatus, Status
from anlan.exemplars.queries import exemplars as queries
from anlan.exemplars.queries.people import city_officials, officials_of
from anlan.exemplars.services.applying import url_of
from anlan.exemplars.services.steps import tell_about
from anlan.exemplars.states import OBJECTION_STEPS, out_of
from anlan.foundation.accounts.models import User
from anlan.foundation.rules.queries import rulebook
from anlan.lib.dates import local_date
from anlan.lib.refusals import NotAllowed, Refused, said
from anlan.lib.states import advance

OBJECTION_MAX = 2000
CONTACT_MAX = 200


class TooMany(Refused):
    """More objections within the hour than a city can mean."""

    status = 429


@transaction.atomic
def object_to(
    exemplar: Exemplar, words: str, *, contact: str = "", code: str, at: datetime
) -> Objection:
    """Keep what was said under the receipt code's hash; the same code again changes nothing.

    Nothing of who sends it is asked for or kept but the contact they give.
    """
    known = queries.objection_of_receipt(code)
    if known is not None:
        return known
    told = said(words, "请写明异议的内容和依据。", OBJECTION_MAX)
    today = local_date(at)
    ends = exemplar.notice_until
    if exemplar.status != Status.ANNOUNCED or ends is None or today > ends:
        raise NotAllowed("公示已经结束，不能再提异议。", "可以通过举报渠道反映。")
    most = rulebook(today).whole("exemplar.objections_per_hour_max")
    if queries.objections_within_hour(at) >= most:
        raise TooMany("一小时内收到的异议太多，暂时不能提交。", "请过一会儿再试。")
    objection = Objection(
        exemplar=exemplar,
        receipt_hash=queries.receipt_hash(code),
        words=told,
        contact=contact.strip()[:CONTACT_MAX],
        at=at,
    )
    try:
        with transaction.atomic():
            objection.save()
    except IntegrityError:  # the same form by another connection, a moment ago
        return Objection.objects.get(receipt_hash=objection.receipt_hash)
    objection_line(objection, "filed", by=None, at=at)
    told_to = [*officials_of(exemplar.organization), *city_officials()]
    tell_about(exemplar, told_to, "示范企业公示收到异议", url_of(exemplar), at=at, but=None)
    return objection


@transaction.atomic
def answer_objection(
    objection: Objection, answer: str, *, upheld: bool, by: User, at: datetime
) -> None:
    """Not borne out, and why; or borne out: the city decides on the naming again."""
    words = said(answer, "请写明调查情况和结论，提出人会看到。")
    if not policies.may_answer(by, objection):
        raise NotAllowed("由辖区或市级监管人员处理。", "请刷新页面查看。")
    to = ObjectionStatus.UPHELD if upheld else ObjectionStatus.DISMISSED
    advance(objection, to, OBJECTION_STEPS, answer=words, decided_by=by, decided_at=at)
    objection_line(objection, "upheld" if upheld else "dismissed", by=by, at=at)
    exemplar = objection.exemplar
    if upheld and exemplar.status == Status.ANNOUNCED:
        nothing = {
            "reason": "异议成立，请重新决定。",
            "decided_by": None,
            "decided_at": None,
            "notice_from": None,
        }
        back = out_of(Status.ANNOUNCED)
        advance(exemplar, Status.EXAMINED, back, notice_until=None, **nothing)
        exemplar_line(exemplar, "reopened", by=by, at=at)
        title = "异议成立，请重新决定"
        tell_about(exemplar, city_officials(), title, url_of(exemplar), at=at, but=by)
