"""Whose class managers look when an identity check needs a person; named in settings."""

from anlan.classes.models import Session, Trial
from anlan.organizations.models import Organization


def host_of(subject: str) -> Organization | None:
    """The provider of the class that holds a sitting or session, by its ledger subject."""
    kind, _, uid = subject.partition("/")
    if kind == "sitting":
        trials = Trial.objects.select_related("enrolment__klass__provider")
        trial = trials.filter(sitting__uid=uid).first()
        return trial.enrolment.klass.provider if trial else None
    if kind == "session":
        session = Session.objects.select_related("klass__provider").filter(uid=uid).first()
        return session.klass.provider if session else None
    return None
