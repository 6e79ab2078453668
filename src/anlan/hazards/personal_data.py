"""What hazards keep about a person (`settings.ANLAN_PERSONAL_DATA`).

Tips are not here: no row of one leads to who told it, so nobody can be shown the own ones.
"""

from datetime import datetime

from anlan.hazards.models import Act, Hazard, Rectification
from anlan.identity.kept import Erasure, PersonalData, Row
from anlan.identity.models import Person


def _export(person: Person) -> list[Row]:
    rows: list[Row] = [
        {"内容": "上报隐患", "位置": one.place, "描述": one.what, "时间": one.reported_at}
        for one in Hazard.objects.filter(reporter=person.user_id or 0)
    ]
    for act in Act.objects.filter(by=person.user_id or 0).select_related("hazard"):
        rows.append(
            {
                "内容": act.get_kind_display(),
                "位置": act.hazard.place,
                "描述": act.words,
                "时间": act.at,
            }
        )
    for order in Rectification.objects.filter(responsible=person).select_related("hazard"):
        what = order.hazard.what
        rows.append(
            {
                "内容": "负责整改",
                "位置": order.hazard.place,
                "描述": what,
                "时间": order.assigned_at,
            }
        )
    return rows


def _holds(person: Person) -> list[str]:
    mine = Rectification.objects.filter(responsible=person, closed_at=None)
    return ["还负责一项未销号的隐患整改，销号或改派后执行。"] if mine.exists() else []


def _erase(person: Person, at: datetime) -> Erasure:
    """The hazard is the enterprise's record; that it was this person goes with the account."""
    user = person.user_id or 0
    told = Hazard.objects.filter(reporter=user).count()
    return Erasure(told + Rectification.objects.filter(responsible=person).count())


PERSONAL_DATA = (
    PersonalData(
        key="hazards",
        title="上报和整改的隐患",
        purpose="治理隐患，追到整改；删除后保留隐患本身，不再留姓名",
        basis="安全生产法第四十一条、第五十九条",
        models=("hazards.Hazard", "hazards.Act", "hazards.Rectification"),
        export=_export,
        erase=_erase,
        holds=_holds,
    ),
)
