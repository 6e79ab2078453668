"""What is kept about a person's face and about who it was: `settings.ANLAN_PERSONAL_DATA`."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from anlan.identity.kept import Clock, Erasure, PersonalData, Row, ruling
from anlan.identity.models import CardBack, FaceTry, IdentityCheck, Person, VideoCall
from anlan.identity.queries import faces
from anlan.identity.queries.calls import calls_of
from anlan.identity.services.call_ends import forget_overdue_signals, overdue_signals
from anlan.identity.services.cards import forget_backs
from anlan.identity.services.faces import withdraw_consent

MOST_A_ROUND = 500


def _faces(person: Person) -> list[Row]:
    """The numbers themselves say nothing to anybody; that they are kept, and since when, does."""
    signed: list[Row] = [
        {"内容": f"刷脸同意书 {one.version}", "时间": one.signed_at, "结束": one.withdrawn_at}
        for one in person.face_consents.order_by("signed_at")
    ]
    laid = [
        {"内容": f"人脸登记：{one.get_status_display()}", "时间": one.at, "结束": one.ended_at}
        for one in person.faces.order_by("at")
    ]
    read: list[Row] = [
        {
            "内容": f"身份证国徽面：{one.get_status_display()}，有效期至 {one.valid_until or '—'}",
            "时间": one.at,
            "结束": one.answered_at,
        }
        for one in CardBack.objects.filter(person=person)
    ]
    asked = [
        {
            "内容": f"{one.get_purpose_display()}核验：{one.title}，{one.get_status_display()}",
            "时间": one.at,
            "结束": one.decided_at,
        }
        for one in person.identity_checks.order_by("at")
    ]
    talked = [
        {"内容": f"视频核对：{one.get_status_display()}", "时间": one.at, "结束": one.ended_at}
        for one in calls_of(person)
    ]
    return signed + laid + read + asked + talked


def _erase_faces(person: Person, at: datetime) -> Erasure:
    """Numbers, pictures, scores and consents go; that a check was asked and how it ended stays
    with the exam or session that it belongs to, without a name."""
    if person.user is not None and faces.open_consent(person) is not None:
        withdraw_consent(person, by=person.user, at=at)
    gone = forget_backs(person)
    gone += FaceTry.objects.filter(check_of__person=person).delete()[0]
    gone += calls_of(person).delete()[0]
    gone += person.faces.all().delete()[0]
    gone += person.face_consents.all().delete()[0]
    kept = IdentityCheck.objects.filter(person=person).update(appeal="", code_hash="")
    return Erasure(gone, kept)


def _old_calls(at: datetime) -> QuerySet[VideoCall]:
    days = int(ruling("identity.video_keep_days", at).value)
    return VideoCall.objects.filter(ended_at__lt=at - timedelta(days=days))


def _forget_calls(at: datetime) -> int:
    oldest = list(_old_calls(at).order_by("pk").values_list("pk", flat=True)[:MOST_A_ROUND])
    return VideoCall.objects.filter(pk__in=oldest).delete()[0]


PERSONAL_DATA = (
    PersonalData(
        key="faces",
        title="人脸和身份核验",
        purpose="确认参加考试、签到和学习的是本人",
        basis="本人的单独同意，可随时撤回（个人信息保护法第十五条、第二十九条）；人工核验不需要人脸",
        models=(
            "identity.FaceConsent",
            "identity.Face",
            "identity.CardBack",
            "identity.IdentityCheck",
        ),
        export=_faces,
        erase=_erase_faces,
        clocks=(
            Clock(
                "视频核对的网络地址",
                "identity.video_minutes",
                "分钟",
                lambda at: len(overdue_signals(at)),
                forget_overdue_signals,
            ),
            Clock(
                "视频核对的时刻",
                "identity.video_keep_days",
                "天",
                lambda at: _old_calls(at).count(),
                _forget_calls,
            ),
        ),
    ),
)
