"""Photographed business licences and their clocks: `settings.ANLAN_PERSONAL_DATA`.

They belong to organisations, which know no person; they stand here so that the page of retention
and `keep_clocks` mind them like everything else that ends by itself.
"""

from datetime import datetime

from anlan.identity.kept import Clock, Erasure, PersonalData, Row
from anlan.identity.models import Person
from anlan.organizations import licence_queries as licences
from anlan.organizations import licence_services as acts


def _export(person: Person) -> list[Row]:
    return []


def _erase(person: Person, at: datetime) -> Erasure:
    return Erasure()


PERSONAL_DATA = (
    PersonalData(
        key="licences",
        title="营业执照照片",
        purpose="核对单位登记的内容",
        basis="个人信息保护法第十三条：执照上的法定代表人姓名，为履行登记审核职责所必需",
        apart="属于单位，不按人识别；核对后按期删除。",
        models=(),
        export=_export,
        erase=_erase,
        clocks=(
            Clock(
                "营业执照照片（核对后）",
                "licence.photo_hours",
                "小时",
                lambda at: licences.settled_long_ago(at).count(),
                acts.forget_settled,
            ),
            Clock(
                "营业执照照片（最长）",
                "licence.photo_days_max",
                "天",
                lambda at: licences.too_old(at).count(),
                acts.forget_too_old,
            ),
            Clock(
                "营业执照照片（登记没有提交）",
                "licence.loose_hours",
                "小时",
                lambda at: licences.left_behind(at).count(),
                acts.forget_left_behind,
            ),
        ),
    ),
)
