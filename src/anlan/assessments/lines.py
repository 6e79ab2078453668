"""The ledger lines of sittings and practicals, written by services and by bulk writers alike."""

import hashlib
from datetime import datetime
from decimal import Decimal

from anlan.assessments.models import Outage, Practical, ScoreChange, Sitting
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.services import Line, rfc3339
from anlan.proofs.canonical import canonical


def digest(value: object) -> str:
    """Names a paper or a set of answers without showing it."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def sitting_line(sitting: Sitting, verb: str, by: User | None, at: datetime, **data: str) -> Line:
    """A sitting is scheduled, started, submitted, voided or lapsed."""
    person = sitting.person
    return Line(
        sitting.subject,
        verb,
        by,
        at,
        data,
        str(person.uid),
        person.committed,
        sitting.device,
    )


def outage_line(outage: Outage, at: datetime) -> Line:
    """What the server knows of its own outage; it names nobody."""
    data = {
        "kind": str(outage.kind),
        "since": rfc3339(outage.since),
        "until": rfc3339(outage.until),
    }
    return Line(outage.subject, "outage_recorded", None, at, data)


def submitted_line(sitting: Sitting, by: User | None, at: datetime) -> Line:
    """A graded paper: score, word and a digest of the answers."""
    score = sitting.score
    if score is None:
        raise ValueError("a submitted sitting has a score")
    return sitting_line(
        sitting,
        "sitting_submitted",
        by,
        at,
        score=f"{score.normalize():f}",
        result="合格" if sitting.passed else "不合格",
        answers=digest(sitting.answers),
    )


def score_line(change: ScoreChange, verb: str, by: User, at: datetime) -> Line:
    """A result that was moved or kept: both scores, why, and what it rests on."""
    item = {"item": change.correction.item.key} if change.correction else {}
    return sitting_line(
        change.sitting,
        verb,
        by,
        at,
        before=_result_words(change.score_before, change.passed_before),
        after=_result_words(change.score_after, change.passed_after),
        reason=change.reason,
        **item,
    )


def _result_words(score: Decimal | None, passed: bool | None) -> str:
    if score is None:
        return "无"
    return f"{score.normalize():f} 分{'合格' if passed else '不合格'}"


def practical_scheduled_line(practical: Practical, by: User | None, at: datetime) -> Line:
    person = practical.person
    data = {"checklist": practical.checklist.key}
    return Line(
        practical.subject,
        "practical_scheduled",
        by,
        at,
        data,
        str(person.uid),
        person.committed,
    )


def practical_marked_line(practical: Practical, by: User, at: datetime) -> Line:
    person = practical.person
    data = {
        "score": str(practical.score),
        "result": "合格" if practical.passed else "不合格",
        "photo": f"sha256:{practical.photo.sha256}" if practical.photo else "",
    }
    return Line(
        practical.subject, "practical_marked", by, at, data, str(person.uid), person.committed
    )
