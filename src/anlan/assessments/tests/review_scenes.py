"""Sittings that have been sat, for stories of reviews, appeals, tablets and paper."""

from datetime import datetime, timedelta

from anlan.assessments.models import PaperSheet, Sitting
from anlan.assessments.services import (
    file_scan,
    print_papers,
    start_sitting,
    submit_sitting,
)
from anlan.assessments.tests.builders import (
    HOUR,
    a_file,
    a_full_bank,
    a_learner,
    a_sitting,
    right_answers,
    the_user,
    wrong_answers,
)
from anlan.foundation.ledger.models import Entry
from anlan.foundation.rules.models import Rule
from anlan.testing.cast import NOW, Cast

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def a_sat_sitting(cast: Cast, *, passed: bool = True, serial: int = 1) -> Sitting:
    """Handed in at 09:20; everything right, or everything wrong."""
    if serial == 1:
        a_full_bank()
    sitting = a_sitting(a_learner(serial), cast.class_manager)
    user = the_user(sitting.person)
    start_sitting(sitting, by=user, at=NOW)
    given = right_answers(sitting) if passed else wrong_answers(sitting)
    return submit_sitting(sitting, by=user, at=NOW + 20 * MINUTE, answers=given)


def a_printed_sheet(cast: Cast) -> PaperSheet:
    a_full_bank()
    sitting = a_sitting(a_learner(), cast.class_manager)
    return print_papers([sitting], by=cast.class_manager, at=NOW - HOUR)[0]


def a_scanned_sheet(cast: Cast, *, minutes: int = 50) -> PaperSheet:
    """Sat from 09:05 on, scanned in the evening."""
    sheet = a_printed_sheet(cast)
    began = NOW + 5 * MINUTE
    return file_scan(
        sheet,
        a_file(b"%PDF-1.7 scan", cast.class_manager, "答卷.pdf"),
        began_at=began,
        handed_at=began + minutes * MINUTE,
        by=cast.class_manager,
        at=NOW + 9 * HOUR,
    )


def set_rule(key: str, value: object, since: datetime = NOW - 400 * DAY) -> None:
    """What a city puts into its rule book."""
    Rule.objects.create(
        key=key, value=value, valid_from=since.date(), label="测试", clause="测试条款"
    )


def verbs_of(sitting: Sitting) -> list[str]:
    return [entry.verb for entry in entries(sitting)]


def entries(sitting: Sitting) -> list[Entry]:
    return list(Entry.objects.filter(subject=sitting.subject).order_by("id"))
