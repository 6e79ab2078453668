"""What somebody outside says about people, and what is compared: `settings.ANLAN_PERSONAL_DATA`."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from anlan.identity.kept import Clock, Erasure, Look, PersonalData, Row, ruling
from anlan.identity.models import InsuredCheck, InsuredPerson, NetworkCheck, Person
from anlan.identity.queries import insured
from anlan.identity.queries import network as asked
from anlan.identity.queries.rights import names_of
from anlan.identity.services import insured_checks, insured_lists
from anlan.lib.dates import local_date

MOST_A_ROUND = 500
MOST_ROWS = 20_000


def _network(person: Person) -> list[Row]:
    check = asked.network_check_of(person)
    if check is None:
        return []
    told: Row = {
        "内容": "姓名与身份证号核对",
        "结果": check.get_answer_display() or "未核对",
        "时间": check.asked_at,
        "说明": check.decision,
    }
    return [told]


def _questions(person: Person) -> Iterable[Look]:
    lines = list(asked.questions_about(person))
    names = names_of(line.actor for line in lines)
    for line in lines:
        who = names.get(line.actor, "平台")
        yield Look(line.at, who, "把姓名和身份证号送国家网络身份认证核对", "network", "实名登记")


def _erase_network(person: Person, at: datetime) -> Erasure:
    """The ledger keeps that somebody asked, without name and number."""
    return Erasure(NetworkCheck.objects.filter(person=person).delete()[0])


def _insured(person: Person) -> list[Row]:
    if not person.id_number:
        return []
    return [
        {"单位": one.uscc, "自": one.since, "至": one.until, "名单截至": one.list.as_of}
        for one in insured.stretches_of_person(person)
    ]


def _erase_insured(person: Person, at: datetime) -> Erasure:
    """The city's next list may name the number again; files to compare of the employers go too."""
    gone = 0
    if person.id_number:
        index = insured.insured_index(person.id_number)
        gone = InsuredPerson.objects.filter(id_index=index).delete()[0]
    files = list(_checks_of_employers(person).select_related("file", "result"))
    for one in files:
        insured_checks.end_check(one, at=at)
    return Erasure(gone + len(files))


def _checks_of_employers(person: Person) -> QuerySet[InsuredCheck]:
    within = person.employments.values("organization")
    return InsuredCheck.objects.filter(organization__in=within, ended_at=None)


def _holds(person: Person) -> list[str]:
    busy = _checks_of_employers(person).filter(status__in=insured.WAITING)
    return ["单位的参保核对正在进行，完成后执行。"] if busy.exists() else []


def _last_day(at: datetime) -> date:
    return local_date(at) - timedelta(days=int(ruling("identity.insured_keep_days", at).value))


def _past(at: datetime) -> Q:
    old = insured.lists_past(_last_day(at)).values("pk")
    return Q(list__in=old) | Q(list__in_force=False, list__status__in=insured.OVER)


def _rows_due(at: datetime) -> int:
    return InsuredPerson.objects.filter(_past(at)).count()


def _forget_rows(at: datetime) -> int:
    """Lists that are too old say nothing any more; rows of what is not in force go, a part each."""
    insured.lists_past(_last_day(at)).update(in_force=False)
    oldest = list(insured.rows_to_drop().order_by("pk").values_list("pk", flat=True)[:MOST_ROWS])
    gone = 0
    for start in range(0, len(oldest), MOST_A_ROUND):
        part = oldest[start : start + MOST_A_ROUND]
        gone += InsuredPerson.objects.filter(pk__in=part).delete()[0]
    return gone


def _files_before(at: datetime) -> datetime:
    return at - timedelta(days=int(ruling("identity.insured_file_days", at).value))


def _forget_files(at: datetime) -> int:
    found = list(insured.list_files_to_end(_files_before(at))[:MOST_A_ROUND])
    for one in found:
        insured_lists.end_list_file(one, at=at)
    return len(found)


def _end_checks(at: datetime) -> int:
    found = list(insured.checks_to_end(at)[:MOST_A_ROUND])
    for one in found:
        insured_checks.end_check(one, at=at)
    return len(found)


PERSONAL_DATA = (
    PersonalData(
        key="network",
        title="姓名与身份证号核对",
        purpose="确认登记的姓名和号码是同一个人，证书和工伤记录不张冠李戴",
        basis=(
            "为履行法定职责所必需（个人信息保护法第十三条第一款第三项）；只送姓名和身份证号，"
            "登记时由单位告知本人（第十七条）"
        ),
        models=("identity.NetworkCheck",),
        export=_network,
        erase=_erase_network,
        looks=_questions,
    ),
    PersonalData(
        key="insured",
        title="参保人员名单",
        purpose="核对参训和受伤人员是否参加工伤保险",
        basis="为履行法定职责所必需（个人信息保护法第十三条第一款第三项，工伤保险条例第五条）",
        models=("identity.InsuredPerson", "identity.InsuredList", "identity.InsuredCheck"),
        export=_insured,
        erase=_erase_insured,
        holds=_holds,
        clocks=(
            Clock(
                "参保人员名单（被替换、停用或过期的）",
                "identity.insured_keep_days",
                "天",
                _rows_due,
                _forget_rows,
            ),
            Clock(
                "参保名单原件",
                "identity.insured_file_days",
                "天",
                lambda at: insured.list_files_to_end(_files_before(at)).count(),
                _forget_files,
            ),
            Clock(
                "参保核对的文件和结果",
                "identity.insured_check_days",
                "天",
                lambda at: insured.checks_to_end(at).count(),
                _end_checks,
            ),
        ),
    ),
)
