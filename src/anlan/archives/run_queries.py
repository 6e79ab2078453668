"""Reading runs: who is due, what waits, how far it has come."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet, Sum

from anlan.archives.models import (
    Certificate,
    CertificateStatus,
    IssueRun,
    ItemStatus,
    RunItem,
    RunStatus,
)
from anlan.archives.queries import certificates_in
from anlan.classes.models import Status, TrainingClass
from anlan.foundation.accounts.models import User
from anlan.programs.models import Project


@dataclass(frozen=True)
class Progress:
    """`total` is what is known to be due; while classes are still listed, an estimate."""

    total: int
    done: int
    failed: int
    waiting: int
    classes: int
    classes_listed: int
    seconds: float

    @property
    def speed(self) -> float:
        """Certificates a second since the run began; 0 until there is something to measure."""
        return (self.done + self.failed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> int:
        return round((self.total - self.done - self.failed) / self.speed) if self.speed else 0


def run_for(_user: User, uid: uuid.UUID) -> IssueRun:
    """Any run; the policy lets in only the city."""
    return IssueRun.objects.select_related("by").get(uid=uid)


def runs() -> QuerySet[IssueRun]:
    """The newest first, with counts of their items."""
    return (
        IssueRun.objects.select_related("by")
        .annotate(
            done=Count("items", filter=Q(items__status=ItemStatus.DONE)),
            failed=Count("items", filter=Q(items__status=ItemStatus.FAILED)),
        )
        .order_by("-at", "-id")
    )


def open_runs() -> QuerySet[IssueRun]:
    """What the worker has to do, the oldest first."""
    return IssueRun.objects.filter(status=RunStatus.OPEN).select_related("by").order_by("at", "id")


def progress_of(run: IssueRun) -> Progress:
    sums = run.items.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(status=ItemStatus.DONE)),
        failed=Count("pk", filter=Q(status=ItemStatus.FAILED)),
        last=Max("at"),
    )
    classes = run.classes.aggregate(
        total=Count("pk"),
        listed=Count("pk", filter=Q(listed_at__isnull=False)),
        expected=Sum("klass__closing__passed", filter=Q(listed_at__isnull=True), default=0),
    )
    handled = sums["done"] + sums["failed"]
    return Progress(
        total=sums["total"] + classes["expected"],
        done=sums["done"],
        failed=sums["failed"],
        waiting=sums["total"] - handled,
        classes=classes["total"],
        classes_listed=classes["listed"],
        seconds=_seconds(run, sums["last"]),
    )


def _seconds(run: IssueRun, last: datetime | None) -> float:
    return (last - run.began_at).total_seconds() if run.began_at and last else 0.0


def waiting_items(run: IssueRun) -> QuerySet[RunItem]:
    """What is to be printed next, in the order in which it was listed."""
    found = run.items.filter(status=ItemStatus.WAITING).select_related(
        "certificate__enrolment__klass__provider",
        "certificate__enrolment__klass__syllabus",
        "certificate__enrolment__person",
        "certificate__enrolment__organization",
        "certificate__file",
    )
    return found.order_by("id")


def failed_items(run: IssueRun) -> QuerySet[RunItem]:
    """Who could not be done, each with the reason."""
    found = run.items.filter(status=ItemStatus.FAILED)
    return found.select_related("certificate__enrolment__person", "certificate__enrolment__klass")


def is_waiting_for_print(certificate: Certificate) -> bool:
    return RunItem.objects.filter(
        certificate=certificate, status=ItemStatus.WAITING, run__status=RunStatus.OPEN
    ).exists()


def due_for_print(klass: TrainingClass, *, unprinted: bool) -> QuerySet[Certificate]:
    """The valid certificates of a class; `unprinted`: only those without a PDF."""
    valid = certificates_in(klass).filter(status=CertificateStatus.VALID)
    return valid.filter(file__isnull=True) if unprinted else valid


def closed_classes(project: Project | None) -> QuerySet[TrainingClass]:
    """What a run may be ordered for: closed classes, of one project or of all, the newest first."""
    found = TrainingClass.objects.filter(status=Status.CLOSED, closing__isnull=False)
    if project is not None:
        found = found.filter(project=project)
    return found.order_by("-closed_at", "-id")


def projects_with_closed_classes() -> QuerySet[Project]:
    closed = Q(classes__status=Status.CLOSED, classes__closing__isnull=False)
    return Project.objects.filter(closed).distinct().order_by("-since", "code")
