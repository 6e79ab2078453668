"""What this room and the floors below it keep about a person (`settings.ANLAN_PERSONAL_DATA`)."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet

from anlan.foundation.access.models import ContactPhone, OneTimeCode, RoleProposal
from anlan.foundation.accounts.models import Grant, LoginSession
from anlan.foundation.intake.models import EndedSession
from anlan.foundation.notices.models import Notice, TextMessage
from anlan.identity import ending, queries
from anlan.identity.kept import Clock, Erasure, Look, PersonalData, Row
from anlan.identity.models import (
    LoginCode,
    Person,
    PersonalExport,
    RosterUpload,
    UploadStatus,
    Wish,
)
from anlan.identity.models.people import INSURED
from anlan.identity.queries import rights
from anlan.identity.queries.past import past_of
from anlan.identity.queries.wishes import wishes_of
from anlan.identity.services import forget_files
from anlan.identity.services import rights as acts

_SEALED_FIELD = "retained"
_OVER = (UploadStatus.DONE, UploadStatus.FAILED, UploadStatus.DISCARDED)


def _person(person: Person) -> list[Row]:
    here: list[Row] = [
        {
            "姓名": person.name,
            "身份证号": person.id_number,
            "手机号": person.phone,
            "登记时间": person.created_at,
        }
    ]
    words = {"name": "姓名", "id_number": "身份证号"}
    return here + [
        {words[one.field]: one.value, "更正时间": one.changed_at}
        for one in past_of([person]).get(person.pk, [])
    ]


def _erase_person(person: Person, at: datetime) -> Erasure:
    """Former names and numbers; the service buries the row itself, and keeps what must stay."""
    return Erasure(1 + person.past.all().delete()[0])


def _rosters_naming(person: Person) -> QuerySet[RosterUpload]:
    """Files of employers where the person works or worked; what they said is imported already."""
    within = person.employments.values("organization")
    rows = RosterUpload.objects.filter(organization__in=within, status__in=_OVER)
    return rows.filter(file__removed_at=None).select_related("file")


def _waiting_rosters(person: Person) -> list[str]:
    within = person.employments.values("organization")
    busy = RosterUpload.objects.filter(organization__in=within).exclude(status__in=_OVER)
    return ["单位的花名册正在导入，导入完后执行。"] if busy.exists() else []


def _employments(person: Person) -> list[Row]:
    return [
        {
            "单位": job.organization.name,
            "岗位类别": job.role,
            "工种": job.trade,
            "部门": job.department,
            "自": job.since,
            "至": job.until,
        }
        for job in queries.employments_of(person)
    ]


def _erase_employments(person: Person, at: datetime) -> Erasure:
    """And the roster files that name the person, found by the employers."""
    files = forget_files(list(_rosters_naming(person)), at=at)
    return Erasure(files + person.employments.all().delete()[0])


def _account(person: Person) -> list[Row]:
    rows: list[Row] = []
    for one in Grant.objects.filter(user=person.user_id or 0):
        rows.append({"内容": "角色", "说明": one.get_role_display(), "时间": one.since})
    for seen in LoginSession.objects.filter(user=person.user_id or 0):
        said = f"{seen.agent} {seen.network}".strip()
        rows.append({"内容": "登录", "说明": said, "时间": seen.seen_at or seen.since})
    return rows


def _erase_account(person: Person, at: datetime) -> Erasure:
    """Sessions, keys and roles; the account itself is closed by the service."""
    user = person.user_id or 0
    ours = (
        LoginSession,
        Authenticator,
        EmailAddress,
        SocialAccount,
        ContactPhone,
        OneTimeCode,
        EndedSession,
    )
    gone = sum(model._default_manager.filter(user=user).delete()[0] for model in ours)
    gone += RoleProposal.objects.filter(user=user).delete()[0]
    gone += Grant.objects.filter(user=user, until=None, since__lt=at).update(
        until=at, end_reason="本人要求删除个人信息"
    )
    return Erasure(gone)


def _messages(person: Person) -> list[Row]:
    told: list[Row] = [
        {"内容": "通知", "标题": one.title, "正文": one.body, "时间": one.at}
        for one in Notice.objects.filter(user=person.user_id or 0)
    ]
    return told + [
        {"内容": "短信", "标题": "", "正文": one.text, "时间": one.at} for one in _texts_to(person)
    ]


def _texts_to(person: Person) -> list[TextMessage]:
    """The numbers are sealed without an index: read one by one, within the days they are kept."""
    if not person.phone:
        return []
    return [one for one in TextMessage.objects.iterator(500) if one.phone == person.phone]


def _erase_messages(person: Person, at: datetime) -> Erasure:
    texts = [one.pk for one in _texts_to(person)]
    gone = TextMessage.objects.filter(pk__in=texts).delete()[0]
    gone += Notice.objects.filter(user=person.user_id or 0).delete()[0]
    if person.phone_index:
        gone += LoginCode.objects.filter(phone_index=person.phone_index).delete()[0]
    return Erasure(gone)


def _seen(person: Person) -> list[Row]:
    return [
        {"谁": look.who, "内容": look.what, "理由": look.reason, "时间": look.at}
        for look in _looks(person)
    ]


def _looks(person: Person) -> Iterable[Look]:
    for one in queries.reveals_of(person):
        kind = {_SEALED_FIELD: "restricted", INSURED: "insured"}.get(one.field, "number")
        act = "核对" if kind == "insured" else "查看"
        yield Look(one.at, one.by.name, f"{act}{one.field_name}", kind, one.reason)
    taken = rights.roster_exports(queries.employments_of(person))
    names = rights.names_of(line.actor for line in taken)
    for line in taken:
        yield Look(line.at, names.get(line.actor, "平台"), "导出单位花名册，可能包含您", "roster")


def _erase_seen(person: Person, at: datetime) -> Erasure:
    """The ledger keeps that somebody looked, when and why; it names nobody."""
    return Erasure(person.reveals.all().delete()[0])


def _wishes(person: Person) -> list[Row]:
    copies: list[Row] = [
        {"内容": "副本", "时间": one.asked_at, "下载次数": one.taken}
        for one in rights.exports_of(person)
    ]
    copies += [
        {"内容": "删除申请", "时间": one.asked_at, "状态": one.get_status_display()}
        for one in person.deletions.all()
    ]
    return copies + [
        {
            "内容": f"{one.get_kind_display()}申请（{one.get_way_display()}）",
            "时间": one.at,
            "状态": one.get_status_display(),
            "改为": one.value,
            "答复": one.reason,
        }
        for one in wishes_of(person)
    ]


def _erase_wishes(person: Person, at: datetime) -> Erasure:
    """The copies go; that a wish was asked and answered stays, without a name."""
    open_ones = list(rights.exports_of(person).filter(ended_at=None))
    for one in open_ones:
        acts.end_export(one, at=at)
    papers = list(person.wishes.select_related("scan"))
    Wish.objects.filter(person=person).update(paper="", reason="", code_hash="")
    return Erasure(len(open_ones) + acts.forget_scans(papers, at=at))


BASIS = "为履行法定职责或者法定义务所必需（个人信息保护法第十三条第一款第三项）"
PERSONAL_DATA = (
    PersonalData(
        key="person",
        title="实名信息",
        purpose="确认参训的是本人，证书和工伤记录不张冠李戴",
        basis=BASIS,
        models=("identity.Person", "identity.PastIdentity"),
        export=_person,
        erase=_erase_person,
        clocks=(
            Clock(
                "花名册原件",
                "identity.roster_keep_days",
                "天",
                lambda at: ending.old_rosters(at).count(),
                ending.forget_rosters,
            ),
            Clock(
                "已注销人员的受限身份",
                "",
                "",
                lambda at: rights.ended_restrictions(at).count(),
                ending.end_restrictions,
            ),
        ),
    ),
    PersonalData(
        key="employments",
        title="就业单位",
        purpose="由单位组织参训，按单位统计覆盖率",
        basis=BASIS,
        models=("identity.Employment",),
        export=_employments,
        erase=_erase_employments,
        holds=_waiting_rosters,
    ),
    PersonalData(
        key="account",
        title="账号和登录",
        purpose="登录、发现他人冒用",
        basis="为履行与本人的服务约定所必需（个人信息保护法第十三条第一款第二项）",
        models=(
            "accounts.Grant",
            "accounts.LoginSession",
            "access.ContactPhone",
            "access.OneTimeCode",
            "access.RoleProposal",
            "account.EmailAddress",
            "intake.Cutoff",
            "intake.EndedSession",
            "mfa.Authenticator",
            "socialaccount.SocialAccount",
        ),
        export=_account,
        erase=_erase_account,
        clocks=(
            Clock(
                "验证码",
                "accounts.code_keep_days",
                "天",
                lambda at: ending.old_codes(at).count() + ending.old_handed(at).count(),
                ending.forget_codes,
            ),
        ),
    ),
    PersonalData(
        key="messages",
        title="通知和短信",
        purpose="告知开课、考试、证书等事项",
        basis=BASIS,
        models=("notices.Notice",),
        export=_messages,
        erase=_erase_messages,
        clocks=(
            Clock(
                "短信",
                "notices.text_keep_days",
                "天",
                lambda at: ending.old_texts(at).count(),
                ending.forget_texts,
            ),
            Clock(
                "通知",
                "notices.keep_days",
                "天",
                lambda at: ending.old_notices(at).count(),
                ending.forget_notices,
            ),
        ),
    ),
    PersonalData(
        key="looks",
        title="查看记录",
        purpose="让本人知道谁看过自己的信息",
        basis="个人信息保护法第五十一条（操作权限）、第五十六条（处理情况记录）",
        models=("identity.Reveal",),
        export=_seen,
        erase=_erase_seen,
        looks=_looks,
        clocks=(
            Clock(
                "查看记录",
                "rights.look_keep_days",
                "天",
                lambda at: ending.old_reveals(at).count(),
                ending.forget_reveals,
            ),
        ),
    ),
    PersonalData(
        key="rights",
        title="查阅、复制、更正和删除申请",
        purpose="办理本人的申请并留下办理记录",
        basis="个人信息保护法第四十四条至第五十条",
        models=(
            "identity.PersonalExport",
            "identity.DeletionRequest",
            "identity.Retained",
            "identity.Wish",
        ),
        export=_wishes,
        erase=_erase_wishes,
        clocks=(
            Clock(
                "个人信息副本",
                "rights.export_days",
                "天",
                lambda at: PersonalExport.objects.filter(ended_at=None, expires_at__lte=at).count(),
                ending.end_exports,
            ),
            Clock(
                "书面申请和证明材料",
                "rights.paper_keep_days",
                "天",
                lambda at: ending.old_papers(at).count(),
                ending.forget_papers,
            ),
        ),
    ),
)
