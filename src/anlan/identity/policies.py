"""Who may do what with people's records."""

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.policies import decides_in, decides_somewhere, is_city_official
from anlan.foundation.accounts.policies import supervises as supervises
from anlan.foundation.accounts.queries import reach
from anlan.identity.models import (
    DeletionRequest,
    Employment,
    Face,
    FaceTry,
    IdentityCheck,
    ImpactAssessment,
    InsuredCheck,
    InsuredList,
    NetworkCheck,
    Person,
    PersonalExport,
    RosterUpload,
    VideoCall,
    Wish,
    WishKind,
)
from anlan.organizations.models import Organization


def may_list_people(user: User) -> bool:
    """Officials, and safety officers for their own enterprise."""
    return supervises(user) or reach(user).has(Role.SAFETY_OFFICER)


def own_organizations(user: User) -> list[str]:
    """`uid`s of the enterprises whose roster the user keeps."""
    return sorted(reach(user).keys(ScopeKind.ORGANIZATION, Role.SAFETY_OFFICER))


def may_see_roster(user: User, organization: Organization) -> bool:
    """The own safety officer by name, officials masked; a class manager not here."""
    return supervises(user) or keeps_roster(user, organization)


def keeps_roster(user: User, organization: Organization) -> bool:
    """The enterprise's own safety officer, who works with its people every day."""
    return reach(user).works_for(organization.uid, Role.SAFETY_OFFICER)


def may_follow(user: User, roster: RosterUpload) -> bool:
    return keeps_roster(user, roster.organization)


def may_see_person(user: User, person: Person) -> bool:
    """Whoever `person_for` let through, except the person (who has a page of their own)."""
    return may_list_people(user)


def keeps(user: User, person: Person) -> bool:
    """The safety officer of an enterprise where the person works now."""
    jobs = Employment.objects.filter(person=person, until=None).select_related("organization")
    return any(keeps_roster(user, job.organization) for job in jobs)


def is_somebody(user: User) -> bool:
    """The policy of pages about oneself."""
    return user.is_active


def may_take(user: User, order: PersonalExport) -> bool:
    """A copy is the person's alone."""
    return order.person.user_id == user.pk


def may_answer_wishes(user: User) -> bool:
    """Officials of the city, and of a district for who works there."""
    return decides_somewhere(user)


def may_answer(user: User, asked: DeletionRequest) -> bool:
    return decides_in(user, asked.district)


def may_open_retained(user: User, asked: DeletionRequest) -> bool:
    """Who a deleted person was is for the city alone."""
    return is_city_official(user)


def may_record_wishes(user: User) -> bool:
    """Every desk that a person may turn to: class managers, safety officers, officials."""
    return reach(user).has(
        Role.CLASS_MANAGER, Role.SAFETY_OFFICER, Role.DISTRICT_OFFICIAL, Role.CITY_OFFICIAL
    )


def may_see_wish(user: User, wish: Wish) -> bool:
    """Whoever `wish_for` let through, except the person, who has a page of their own."""
    return may_record_wishes(user) and wish.person.user_id != user.pk


def is_the_wisher(user: User, wish: Wish) -> bool:
    return wish.person.user_id == user.pk


def may_confirm_wish(user: User, wish: Wish) -> bool:
    """A second hand: not whoever took it down."""
    return may_see_wish(user, wish) and wish.recorded_by_id != user.pk


def may_answer_wish(user: User, wish: Wish) -> bool:
    """Officials; an ID number is for the city; nobody answers what they took down themselves."""
    return may_handle_wish(user, wish) and wish.recorded_by_id != user.pk


def may_handle_wish(user: User, wish: Wish) -> bool:
    """Officials open papers and hand over copies, also of wishes that came in at their own desk."""
    if not may_see_wish(user, wish):
        return False
    if wish.kind == WishKind.ID_NUMBER:
        return is_city_official(user)
    return decides_in(user, wish.district)


def may_see_retention(user: User) -> bool:
    """City officials and operators."""
    return reach(user).whole_city


def may_see_impact(user: User, one: ImpactAssessment) -> bool:
    return may_see_retention(user)


def is_the_person(user: User, check: IdentityCheck) -> bool:
    return check.person.user_id == user.pk


def is_the_tried(user: User, one: FaceTry) -> bool:
    return is_the_person(user, one.check_of)


def may_look_at_checks(user: User) -> bool:
    """Class managers and examiners; officials of district and city, who also decide appeals."""
    officials = (Role.DISTRICT_OFFICIAL, Role.CITY_OFFICIAL)
    return reach(user).has(Role.CLASS_MANAGER, Role.EXAMINER, *officials)


def may_decide_check(user: User, check: IdentityCheck) -> bool:
    """Whoever has it in the queue, and nobody about themselves."""
    return may_look_at_checks(user) and not is_the_person(user, check)


def is_the_caller(user: User, call: VideoCall) -> bool:
    return is_the_person(user, call.check_of)


def may_see_call(user: User, call: VideoCall) -> bool:
    """A desk that the call waits for or waited for, and nobody about themselves."""
    return may_decide_check(user, call.check_of)


def holds_call(user: User, call: VideoCall) -> bool:
    return call.handler_id == user.pk and may_see_call(user, call)


def decides_faces(user: User) -> bool:
    """Differences between card and record are for officials."""
    return reach(user).has(Role.DISTRICT_OFFICIAL, Role.CITY_OFFICIAL)


def may_decide_face(user: User, face: Face) -> bool:
    return decides_faces(user) and face.person.user_id != user.pk


def may_see_figures(user: User) -> bool:
    return supervises(user)


def may_see_network(user: User) -> bool:
    """Officials in their reach, safety officers for their own people."""
    return may_list_people(user)


def may_decide_network(user: User, check: NetworkCheck) -> bool:
    """Who works with the person, or decides where the person works; nobody about themselves."""
    if check.person.user_id == user.pk:
        return False
    if is_city_official(user) or keeps(user, check.person):
        return True
    jobs = Employment.objects.filter(person=check.person, until=None)
    return any(
        decides_in(user, district)
        for district in jobs.values_list("organization__district", flat=True)
    )


def keeps_insured_lists(user: User) -> bool:
    """The list is the whole city's."""
    return is_city_official(user)


def keeps_insured_list(user: User, uploaded: InsuredList) -> bool:
    return keeps_insured_lists(user)


def checks_insured(user: User) -> bool:
    """Safety officers for their own enterprise; officials who decide, for one of their reach."""
    seen = reach(user)
    return seen.has(Role.SAFETY_OFFICER, Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)


def may_check_insured(user: User, organization: Organization) -> bool:
    return keeps_roster(user, organization) or decides_in(user, organization.district)


def may_follow_insured_check(user: User, check: InsuredCheck) -> bool:
    """File and result are the uploader's alone, while the right lasts."""
    return check.by_id == user.pk and may_check_insured(user, check.organization)
