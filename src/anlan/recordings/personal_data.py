"""What recordings keep about people (`settings.ANLAN_PERSONAL_DATA`): films name nobody."""

from datetime import datetime

from anlan.identity.kept import Clock, Erasure, PersonalData, Row
from anlan.identity.models import Person
from anlan.recordings.retention import due


def _export(person: Person) -> list[Row]:
    """A film shows a room; whose face is in it is not recorded, so it is no row of anybody's."""
    return []


def _erase(person: Person, at: datetime) -> Erasure:
    return Erasure()


PERSONAL_DATA = (
    PersonalData(
        key="films",
        title="课堂录像",
        purpose="证明线下课真实开展",
        basis="AQ 8011-2023（全程录像）",
        apart="录像拍的是整个课堂，不按人识别，也不能按人取出或删除；到保管期限整段销毁。",
        models=(),
        export=_export,
        erase=_erase,
        clocks=(
            Clock(
                "课堂录像原件",
                "recording.keep_days",
                "天",
                lambda at: due(at).count(),
                job="到期自动销毁",
            ),
        ),
    ),
)
