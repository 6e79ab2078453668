"""Who may do what with archives and certificates."""

from anlan.archives.models import Archive, Certificate, CertificatePrint, ExportOrder, IssueRun
from anlan.classes import policies as classes
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.queries import reach


def may_see_archive(user: User, klass: TrainingClass) -> bool:
    """Officials and the provider's own staff; an enterprise or a learner sees own people only."""
    return classes.is_watching(user, klass)


def may_download(user: User, archive: Archive) -> bool:
    """An archive holds names and ID numbers: officials, the provider's class managers, and of a
    learner's archive the learner."""
    if archive.enrolment is not None and archive.enrolment.person.user_id == user.pk:
        return True
    return may_download_of(user, archive.klass)


def may_download_of(user: User, klass: TrainingClass) -> bool:
    mine = reach(user)
    return mine.official or mine.works_for(klass.provider.uid, Role.CLASS_MANAGER)


def may_reseal(user: User, klass: TrainingClass) -> bool:
    """The city alone orders a new version."""
    return reach(user).has(Role.CITY_OFFICIAL)


def may_use_certificates(user: User) -> bool:
    """The certificate ledger: officials, class managers, safety officers; each sees own rows."""
    mine = reach(user)
    return mine.official or mine.whole_city or mine.has(Role.CLASS_MANAGER, Role.SAFETY_OFFICER)


def may_see_certificate(user: User, certificate: Certificate) -> bool:
    """Whoever could load it may see it."""
    return user.is_active


def may_revoke(user: User, certificate: Certificate) -> bool:
    """The city revokes what it has issued."""
    return reach(user).has(Role.CITY_OFFICIAL)


def sees_full_names(user: User) -> bool:
    """Own staff know their people; officials see masked names."""
    mine = reach(user)
    return not mine.official and mine.has(Role.CLASS_MANAGER, Role.SAFETY_OFFICER)


def may_export(user: User) -> bool:
    """A year's archives of the whole city leave by the city's hand alone."""
    return reach(user).has(Role.CITY_OFFICIAL)


def may_see_export(user: User, order: ExportOrder) -> bool:
    return may_export(user)


def may_print_again(user: User, certificate: Certificate | CertificatePrint) -> bool:
    """Who issues prints: the city."""
    return may_issue_in_bulk(user)


def may_issue_in_bulk(user: User) -> bool:
    return reach(user).has(Role.CITY_OFFICIAL)


def may_use_run(user: User, run: IssueRun) -> bool:
    return may_issue_in_bulk(user)
