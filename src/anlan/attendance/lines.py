"""The ledger line of a mark, written by the services and by the demonstration's bulk writer."""

from anlan.attendance.models import Mark, MarkKind, OtherPhone, Proof
from anlan.foundation.ledger.models import TimeSource
from anlan.foundation.ledger.services import Line


def mark_line(mark: Mark, *, people_on_device: int) -> Line:
    """What the ledger says of a mark. The reason is committed to, not written: it names people."""
    data: dict[str, object] = {"proof": str(Proof(mark.proof).label), "late": mark.late}
    if mark.device and mark.proof == Proof.QR:
        data["people_on_device"] = people_on_device
    data |= _unusual(mark)
    personal: dict[str, object] = dict(mark.person.committed)
    if mark.reason:
        personal["reason"] = mark.reason
    return Line(
        mark.register.subject,
        "signed_in" if mark.kind == MarkKind.IN else "signed_out",
        mark.by,
        mark.at,
        data,
        str(mark.person.uid),
        personal,
        mark.device,
        TimeSource(mark.time_source),
    )


def _unusual(mark: Mark) -> dict[str, object]:
    """What is written only where it was so: an exception leaves a trace, a plain mark none."""
    said: dict[str, object] = {}
    if mark.other_phone:
        said["other_phone"] = str(OtherPhone(mark.other_phone).label)
    if mark.code_age:
        said["code_age"] = mark.code_age
    if mark.distance is not None:
        said["distance"] = mark.distance
    if mark.away:
        said["away_minutes"] = mark.away // 60
    return said
