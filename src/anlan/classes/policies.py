"""Who may do what with a class: each rule reads like the regulation it comes from."""

from anlan.assessments.models import Appeal, Sitting
from anlan.attendance.models import Leave
from anlan.classes.held import OfClass
from anlan.classes.models import (
    ChangeRequest,
    DeskLogin,
    Enrolment,
    HoursMadeUp,
    Session,
    Status,
    TrainingClass,
    Trial,
)
from anlan.classes.places import Place, class_of
from anlan.classes.states import EDITABLE, UNDECIDED, UNDER_WAY
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.policies import supervises
from anlan.foundation.accounts.queries import reach


def may_see(user: User, klass: TrainingClass) -> bool:
    """Whoever could load it may see it."""
    return True


def may_browse(user: User) -> bool:
    """The ledger is for those who supervise, teach or send people."""
    mine = reach(user)
    return mine.official or mine.whole_city or bool(mine.organizations)


def may_decide_some(user: User) -> bool:
    """Officials of a district or the city have a queue; other departments only look."""
    return reach(user).has(Role.DISTRICT_OFFICIAL, Role.CITY_OFFICIAL)


def may_apply(user: User) -> bool:
    """A class manager of a provider applies for classes."""
    return reach(user).has(Role.CLASS_MANAGER)


def may_run(user: User, klass: TrainingClass) -> bool:
    """The provider's class managers run its classes."""
    return reach(user).works_for(klass.provider.uid, Role.CLASS_MANAGER)


def may_edit(user: User, klass: TrainingClass) -> bool:
    """Only a draft or a returned application is edited."""
    return may_run(user, klass) and klass.status in EDITABLE


def may_discard(user: User, klass: TrainingClass) -> bool:
    """The provider gives up an application; an approved class is cancelled by a change request."""
    return may_run(user, klass) and klass.status in UNDECIDED


def may_ask_change(user: User, klass: TrainingClass) -> bool:
    return may_run(user, klass) and klass.status in UNDER_WAY


def may_close(user: User, klass: TrainingClass) -> bool:
    return may_run(user, klass) and klass.status == Status.RUNNING


def may_review(user: User, klass: TrainingClass) -> bool:
    """The district of the class reviews it."""
    return klass.status == Status.SUBMITTED and klass.district in reach(user).districts


def may_approve(user: User, klass: TrainingClass) -> bool:
    """The city approves what the district has agreed to."""
    return klass.status == Status.REVIEWED and reach(user).has(Role.CITY_OFFICIAL)


def may_decide(user: User, klass: TrainingClass) -> bool:
    return may_review(user, klass) or may_approve(user, klass)


def may_decide_change(user: User, change: ChangeRequest) -> bool:
    """The district of the class, or the city, decides on a change."""
    mine = reach(user)
    return change.klass.district in mine.districts or mine.has(Role.CITY_OFFICIAL)


def may_run_change(user: User, change: ChangeRequest) -> bool:
    return may_run(user, change.klass)


def may_run_session(user: User, session: Session) -> bool:
    return may_run(user, session.klass)


def may_answer_desk_login(user: User, asked: DeskLogin) -> bool:
    """Whoever runs the half-day, and nobody for themselves."""
    own = asked.person is not None and asked.person.user_id == user.pk
    return not own and may_run_session(user, asked.session)


def may_show_code(user: User, session: Session) -> bool:
    return may_show_codes_of(user, session.klass)


def may_show_codes_of(user: User, klass: TrainingClass) -> bool:
    """The class manager and the teachers of the provider put the code on the screen."""
    return reach(user).teaches_in(klass.provider.uid, klass.uid, Role.CLASS_MANAGER, Role.TRAINER)


def may_run_enrolment(user: User, enrolment: Enrolment) -> bool:
    return may_run(user, enrolment.klass)


def is_own_place(user: User, place: Place) -> bool:
    """A learner asks for leave for the own half-day."""
    return place.enrolment.person.user_id == user.pk


def may_run_place(user: User, place: Place) -> bool:
    return may_run(user, place.enrolment.klass)


def is_own_leave(user: User, leave: Leave) -> bool:
    return leave.person.user_id == user.pk


def may_decide_leave(user: User, leave: Leave) -> bool:
    """The provider's class managers say yes or no, and nobody for themselves."""
    return not is_own_leave(user, leave) and may_run(user, class_of(leave))


def may_run_made_up(user: User, made: HoursMadeUp) -> bool:
    return may_run(user, made.enrolment.klass)


def may_examine(user: User, enrolment: Enrolment) -> bool:
    """The provider's examiners mark practical checks."""
    return reach(user).teaches_in(enrolment.klass.provider.uid, enrolment.klass.uid, Role.EXAMINER)


def may_give_time(user: User, klass: TrainingClass) -> bool:
    """The class managers and examiners of the provider give time in an exam, with a reason."""
    return reach(user).teaches_in(klass.provider.uid, klass.uid, Role.CLASS_MANAGER, Role.EXAMINER)


def may_proctor(user: User, sitting: Sitting) -> bool:
    """Whoever may give time in the class that holds the sitting (`ANLAN_PROCTORS`)."""
    held = Trial.objects.select_related("enrolment__klass__provider").filter(sitting=sitting)
    return any(may_give_time(user, trial.enrolment.klass) for trial in held)


def may_invigilate(user: User, klass: TrainingClass) -> bool:
    """The provider's class managers and examiners hand out tablets and papers and key them in."""
    return reach(user).teaches_in(klass.provider.uid, klass.uid, Role.CLASS_MANAGER, Role.EXAMINER)


def may_invigilate_it(user: User, held: OfClass) -> bool:
    return may_invigilate(user, held.klass)


def may_judge(user: User, held: OfClass) -> bool:
    """Whoever invigilates, and the officials of the district and the city, review a sitting."""
    return may_judge_class(user, held.klass)


def may_judge_some(user: User) -> bool:
    roles = (Role.CLASS_MANAGER, Role.EXAMINER, Role.DISTRICT_OFFICIAL, Role.CITY_OFFICIAL)
    return reach(user).has(*roles)


def may_judge_class(user: User, klass: TrainingClass) -> bool:
    mine = reach(user)
    official = klass.district in mine.districts or mine.has(Role.CITY_OFFICIAL)
    return may_invigilate(user, klass) or official


def may_answer_appeal(user: User, held: OfClass) -> bool:
    """A result: whoever reviews. A question: whoever keeps its bank, as the key changes for all."""
    appeal = held.found
    if not isinstance(appeal, Appeal) or not may_judge(user, held):
        return False
    if appeal.item is None:
        return True
    owner, mine = appeal.item.bank.owner, reach(user)
    if mine.has(Role.CITY_OFFICIAL):
        return True
    return owner is not None and mine.works_for(owner.uid, Role.CLASS_MANAGER)


def may_see_people(user: User, klass: TrainingClass) -> bool:
    """The class's own staff call the roll by full name; officials see masked names."""
    return may_run(user, klass) or reach(user).works_for(
        klass.provider.uid, Role.TRAINER, Role.EXAMINER
    )


def may_print_sheet(user: User, session: Session) -> bool:
    """A printed sheet carries full names."""
    return may_see_people(user, session.klass)


def is_watching(user: User, klass: TrainingClass) -> bool:
    """Officials and the provider's staff see the whole of a class, an enterprise its own part."""
    mine = reach(user)
    return mine.official or mine.whole_city or mine.works_for(klass.provider.uid)


def may_stand_at_door(user: User, session: Session) -> bool:
    """Whoever has scanned the code on the screen may ask; the list of learners answers."""
    return user.is_active


def is_own_enrolment(user: User, enrolment: Enrolment) -> bool:
    return enrolment.person.user_id == user.pk


def may_follow(user: User, klass: TrainingClass) -> bool:
    """A safety officer follows the own enterprise's people, and nobody else's."""
    return reach(user).has(Role.SAFETY_OFFICER)


def may_mark_practicals(user: User) -> bool:
    return reach(user).has(Role.EXAMINER)


def may_watch_live(user: User) -> bool:
    """Officials see on one page what is being recorded in their scope."""
    return supervises(user)


def may_publish_from(user: User, klass: TrainingClass) -> bool:
    """Officials who supervise the class and its own manager take pictures for publication."""
    return may_watch_live(user) or may_run(user, klass)
