"""学时 of one learner in one class: what is required, what is earned offline and online."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from anlan.classes.models import Session, TrainingClass
from anlan.courses.models import Mode, Module
from anlan.courses.queries.learning import Step, online_hours


@dataclass(frozen=True)
class Earned:
    """Hours against hours, of one kind."""

    done: Decimal
    needed: int

    @property
    def reached(self) -> bool:
        return self.done >= self.needed


@dataclass(frozen=True)
class Standing:
    """How far a learner has come in a class."""

    klass: TrainingClass
    offline: Earned
    online: Earned

    @property
    def done(self) -> Decimal:
        return self.offline.done + self.online.done

    @property
    def needed(self) -> int:
        return self.offline.needed + self.online.needed

    @property
    def reached(self) -> bool:
        return self.offline.reached and self.online.reached


def standing_of(
    klass: TrainingClass,
    modules: Sequence[Module],
    sessions: Iterable[Session],
    worth: Mapping[int, Decimal],
    steps: Sequence[Step],
) -> Standing:
    """Sessions attended, and for online modules the lessons learned where they are worth more.

    `worth` is register id → 学时 that the learner has earned there.
    """
    offline = Decimal(0)
    attended: dict[int, Decimal] = defaultdict(Decimal)
    for one in sessions:
        hours = worth.get(one.register_id or 0, Decimal(0))
        if one.mode == Mode.OFFLINE:
            offline += hours
        else:
            attended[one.module_id] += hours
    remote = [module for module in modules if module.mode == Mode.ONLINE]
    online = sum((_online(one, attended[one.pk], steps) for one in remote), Decimal(0))
    needed = sum(one.hours for one in modules if one.mode == Mode.OFFLINE)
    return Standing(
        klass,
        Earned(min(offline, Decimal(needed)), needed),
        Earned(online, sum(one.hours for one in remote)),
    )


def _online(module: Module, attended: Decimal, steps: Sequence[Step]) -> Decimal:
    return min(Decimal(module.hours), max(attended, online_hours(module, steps)))
