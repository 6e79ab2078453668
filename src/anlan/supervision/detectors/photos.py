"""The same photo in two classes."""

from collections.abc import Iterator, Sequence

import numpy as np

from anlan.classes.models import TrainingClass
from anlan.foundation.rules.queries import Rulebook
from anlan.lib.dates import moment_text
from anlan.methods import likeness
from anlan.supervision.doubts import Doubt, class_facts, class_link, picture
from anlan.supervision.models import PhotoPrint, TicketKind


def same_photo(classes: Sequence[TrainingClass], rules: Rulebook) -> Iterator[Doubt]:
    """A photo of one class that is, but for size, quality and a trimmed edge, one of another.

    The later filed one is asked about. Photos are compared by print only (`methods.likeness`):
    two photos from one tripod in one room may meet, mirrored copies don't.
    """
    most = rules.whole("supervision.photo_bits")
    rows = PhotoPrint.objects.exclude(code="").values_list("pk", "klass_id", "file__at", "code")
    known = list(rows.order_by("file__at", "file_id"))
    wanted = {klass.pk for klass in classes}
    if not any(row[1] in wanted for row in known):
        return
    prints = likeness.from_hex([row[3] for row in known])
    of_class = np.array([row[1] for row in known])
    for n, (_, klass, _, _) in enumerate(known):
        if klass not in wanted:
            continue
        apart = likeness.distances(prints[n], prints)
        apart[of_class == klass] = likeness.ALL_BITS
        for other in _meetings(apart, n, most):
            yield _doubt(known[min(n, other)][0], known[max(n, other)][0], int(apart[other]), most)


def _meetings(apart: "np.ndarray[tuple[int], np.dtype[np.int64]]", n: int, most: int) -> list[int]:
    """The nearest earlier photo, and every later one that may be a copy of this."""
    near = np.flatnonzero(apart <= most)
    earlier = near[near < n]
    best = [int(earlier[apart[earlier].argmin()])] if len(earlier) else []
    return [*best, *(int(one) for one in near[near > n])]


def _doubt(first_pk: int, later_pk: int, apart: int, most: int) -> Doubt:
    found = PhotoPrint.objects.select_related("file", "klass__provider")
    first, later = found.get(pk=first_pk), found.get(pk=later_pk)
    klass, other = later.klass, first.klass
    own = klass.provider_id == other.provider_id
    return Doubt(
        kind=TicketKind.PHOTO_TWICE,
        provider=klass.provider,
        klass=klass,
        evidence=str(later.file.uid),
        said=f"本班{later.source}与此前另一个班的照片高度相似，待核实。",
        facts=[
            *class_facts(klass),
            ("本班照片", f"{later.source}，{moment_text(later.file.at)} 归档"),
            ("此前照片", f"{moment_text(first.file.at)} 归档"),
        ],
        inner=[
            ("另一班", f"{other.title}（{other.number}），{other.provider.name}，{first.source}"),
            ("差异", f"{apart} / {likeness.ALL_BITS} 位，{most} 位以内作为疑点"),
        ],
        links=[class_link(klass), class_link(other, own=own)],
        pictures=[
            picture(later.file, f"本班 {klass.number}"),
            picture(first.file, f"另一班 {other.number}", own=own),
        ],
        subjects=[klass.subject, other.subject],
    )
