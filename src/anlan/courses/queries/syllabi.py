"""Reading syllabi: which there are, and each with its modules in order."""

from dataclasses import dataclass

from django.db.models import QuerySet

from anlan.courses.models import Mode, Module, Syllabus
from anlan.foundation.codes import queries as codes
from anlan.foundation.codes.models import System


@dataclass(frozen=True)
class Outline:
    """A syllabus as a page prints it. `hours` is what its modules add up to."""

    syllabus: Syllabus
    modules: tuple[Module, ...]

    @property
    def hours(self) -> int:
        return sum(module.hours for module in self.modules)

    @property
    def offline_hours(self) -> int:
        return sum(module.hours for module in self.modules if module.mode == Mode.OFFLINE)

    @property
    def offline_share(self) -> float | None:
        """None where nothing is taught."""
        return self.offline_hours / self.hours if self.hours else None

    @property
    def practicals(self) -> list[str]:
        """Checklist keys of the modules, each once, in order."""
        return list(dict.fromkeys(module.practical for module in self.modules if module.practical))


def syllabi(*, industry: str = "", role: str = "") -> QuerySet[Syllabus]:
    """Syllabi of one industry and role; an empty filter narrows nothing. In no order."""
    wanted = {"industry": industry, "role": role}
    return Syllabus.objects.filter(**{name: value for name, value in wanted.items() if value})


def modules_of(syllabus: Syllabus) -> list[Module]:
    """What is taught, in order."""
    return [place.module for place in syllabus.places.select_related("module")]


def outlines(rows: QuerySet[Syllabus]) -> list[Outline]:
    """Each with its modules, in the order of the code lists; three queries however many."""
    found = [
        Outline(one, tuple(place.module for place in one.places.all()))
        for one in rows.prefetch_related("places__module")
    ]
    trades, roles = _order(System.KEY_INDUSTRY), _order(System.OCCUPATION_ROLE)
    end = len(trades) + len(roles)
    return sorted(
        found,
        key=lambda outline: (
            trades.get(outline.syllabus.industry, end),
            roles.get(outline.syllabus.role, end),
            outline.syllabus.key,
        ),
    )


def risk_names(module: Module) -> list[str]:
    """The accident types that a module teaches against, in words (GB/T 6441-1986)."""
    return [codes.code_name(System.GB_6441_1986, risk) for risk in module.risks]


def _order(system: System) -> dict[str, int]:
    return {code.code: place for place, code in enumerate(codes.all_codes(system))}
