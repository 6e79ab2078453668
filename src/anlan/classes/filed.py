"""What has been filed to a class, and who may open it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from anlan.attendance.models import Sheet
from anlan.classes import policies, queries
from anlan.classes.models import Attachment, Session, TrainingClass
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach
from anlan.foundation.ledger.models import Entry
from anlan.recordings.live.queries import unfinished
from anlan.recordings.models import Recording


@dataclass(frozen=True)
class Filmed:
    """A recording with the session that it shows."""

    recording: Recording
    session: Session


def sessions_with_files(klass: TrainingClass) -> QuerySet[Session]:
    """The timetable with recordings and sheets, in a fixed number of queries."""
    going = Prefetch("lives", queryset=unfinished())
    return queries.sessions_of(klass).prefetch_related(
        going, "recordings__file", "recordings__by", "register__sheets__file"
    )


def ledger_places(recordings: Iterable[Recording]) -> dict[str, int | None]:
    """Subject of a filed recording → the place of its line in the log; None until it has one."""
    lines = Entry.objects.filter(
        subject__in=[one.subject for one in recordings], verb="recording_filed"
    )
    return dict(lines.values_list("subject", "position"))


def recording_for(user: User, uid: uuid.UUID) -> Filmed:
    """A recording of a class that the user may open; `DoesNotExist` otherwise."""
    found = Session.objects.filter(klass__in=queries.visible_to(user), recordings__uid=uid)
    session = found.select_related("klass__provider", "register", "trainer", "venue").get()
    recordings = session.recordings.select_related("file", "by")
    return Filmed(recordings.get(uid=uid), session)


def sheet_for(user: User, pk: int) -> Sheet:
    """The scan of a sheet of a class that the user may open."""
    found = Sheet.objects.filter(register__session__klass__in=queries.visible_to(user))
    return found.select_related("file", "register__session__klass__provider").get(pk=pk)


def attachment_for(user: User, pk: int) -> Attachment:
    found = Attachment.objects.filter(klass__in=queries.visible_to(user))
    return found.select_related("file", "klass__provider").get(pk=pk)


def may_open(user: User, film: Filmed) -> bool:
    return policies.is_watching(user, film.session.klass)


def may_hold(user: User, film: Filmed) -> bool:
    """The district of the class and the city keep a film beyond its time."""
    mine = reach(user)
    return film.session.klass.district in mine.districts or mine.has(Role.CITY_OFFICIAL)


def may_open_sheet(user: User, sheet: Sheet) -> bool:
    return policies.is_watching(user, sheet.register.session.klass)


def may_open_attachment(user: User, attachment: Attachment) -> bool:
    return policies.is_watching(user, attachment.klass)
