"""The very same video for two half-days."""

from collections.abc import Iterator, Sequence

from anlan.classes.models import Session, TrainingClass
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import moment_text
from anlan.recordings.models import Recording
from anlan.supervision.doubts import Doubt, class_facts, files_link, half_day_of
from anlan.supervision.models import TicketKind

Film = tuple[Session, Recording]


def same_video_twice(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """One film, byte for byte, filed to two half-days of one class or of two.

    The later filed one is asked about. A film that was encoded again is not found.
    """
    own = Recording.objects.filter(pk__in=_recordings(classes))
    hashes = set(own.values_list("file__sha256", flat=True))
    films: dict[str, list[Film]] = {}
    for film in _films(hashes):
        films.setdefault(film[1].file.sha256, []).append(film)
    for same in films.values():
        first = same[0]
        for later in same[1:]:
            if later[0].pk != first[0].pk:
                yield _doubt(first, later)


def _recordings(classes: Sequence[TrainingClass]) -> list[int]:
    found = Session.objects.filter(klass__in=classes, recordings__isnull=False)
    return list(found.values_list("recordings", flat=True))


def _films(hashes: set[str]) -> list[Film]:
    """Sessions with a recording of these bytes, in the order of filing."""
    found = Session.objects.filter(recordings__file__sha256__in=hashes).distinct()
    named = found.select_related("klass__provider").prefetch_related("recordings__file")
    films = [
        (session, one)
        for session in named
        for one in session.recordings.all()
        if one.file.sha256 in hashes
    ]
    return sorted(films, key=lambda film: (film[1].at, film[1].pk))


def _doubt(first: Film, later: Film) -> Doubt:
    (session, film), (before, other) = later, first
    klass, own = session.klass, session.klass.provider_id == before.klass.provider_id
    return Doubt(
        kind=TicketKind.VIDEO_TWICE,
        provider=klass.provider,
        klass=klass,
        evidence=str(film.uid),
        said=f"{half_day_of(session)}的录像与此前归档的另一段录像完全相同，待核实。",
        facts=[
            *class_facts(klass),
            ("本次录像", f"{half_day_of(session)}，{moment_text(film.at)} 归档"),
            (
                "此前录像",
                f"{half_day_of(before) if own else '另一个班'}，{moment_text(other.at)} 归档",
            ),
        ],
        inner=[
            (
                "另一班",
                f"{before.klass.title}（{before.klass.number}），{before.klass.provider.name}",
            ),
            ("SHA-256", film.file.sha256),
        ],
        links=[files_link(klass), files_link(before.klass, own=own)],
        subjects=[film.subject, other.subject],
    )
