"""Which rooms the house has, and what they hand upstairs: dotted paths, read by settings."""

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.auth",
    "axes",
    "csp",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "anlan.foundation.accounts",
    "anlan.foundation.codes",
    "anlan.foundation.rules",
    "anlan.foundation.ledger",
    "anlan.foundation.files",
    "anlan.foundation.jobs",
    "anlan.foundation.intake",
    "anlan.foundation.notices",
    "anlan.foundation.ui",
    "anlan.foundation.access",
    "anlan.organizations",
    "anlan.identity",
    "anlan.assessments",
    "anlan.attendance",
    "anlan.recordings",
    "anlan.courses",
    "anlan.trainers",
    "anlan.resources",
    "anlan.programs",
    "anlan.hazards",
    "anlan.injuries",
    "anlan.classes",
    "anlan.visits",
    "anlan.archives",
    "anlan.bookings",
    "anlan.kits",
    "anlan.insights",
    "anlan.supervision",
    "anlan.exemplars",
    "anlan.desks",
    "anlan.operations",
]

ANLAN_CLASS_LINKS = [
    "anlan.bookings.links.for_class",
    "anlan.kits.links.for_class",
    "anlan.archives.links.class_links",
    "anlan.supervision.links.class_links",
]
ANLAN_SENTENCES = [
    "anlan.foundation.ledger.sentences.SENTENCES",
    "anlan.foundation.access.sentences.SENTENCES",
    "anlan.organizations.sentences.SENTENCES",
    "anlan.identity.sentences.SENTENCES",
    "anlan.attendance.sentences.SENTENCES",
    "anlan.recordings.sentences.SENTENCES",
    "anlan.courses.sentences.SENTENCES",
    "anlan.trainers.sentences.SENTENCES",
    "anlan.resources.sentences.SENTENCES",
    "anlan.programs.sentences.SENTENCES",
    "anlan.hazards.sentences.SENTENCES",
    "anlan.assessments.sentences.SENTENCES",
    "anlan.classes.sentences.SENTENCES",
    "anlan.visits.sentences.SENTENCES",
    "anlan.bookings.sentences.SENTENCES",
    "anlan.kits.sentences.SENTENCES",
    "anlan.archives.sentences.SENTENCES",
    "anlan.injuries.sentences.SENTENCES",
    "anlan.supervision.sentences.SENTENCES",
    "anlan.exemplars.sentences.SENTENCES",
]
# Who is taught which syllabus by whom: told to courses by the rooms above it.
ANLAN_TAUGHT = ["anlan.classes.taught.taught_in_classes"]
# What is asked of the intake (`/in/…`): lists of endpoints, handed in by rooms above it.
ANLAN_INTAKE: list[str] = [
    "anlan.assessments.intake.hot.ENDPOINTS",
    "anlan.assessments.intake.events.ENDPOINTS",
    "anlan.courses.intake.ENDPOINTS",
    "anlan.classes.intake.ENDPOINTS",
]
# Who may give a sitting more time: asked with the user and the sitting, which knows no class.
ANLAN_PROCTORS = "anlan.classes.policies.may_proctor"
# What roles are given over, kept in rooms above accounts: kind of scope → its directory.
ANLAN_SCOPES = {
    "organization": "anlan.organizations.scopes.ORGANIZATIONS",
    "class": "anlan.classes.scopes.CLASSES",
}
# What each room keeps about a person, in the order in which it is shown; erased backwards.
ANLAN_PERSONAL_DATA = [
    "anlan.identity.personal_data.PERSONAL_DATA",
    "anlan.identity.face_data.PERSONAL_DATA",
    "anlan.identity.licence_data.PERSONAL_DATA",
    "anlan.identity.outside_data.PERSONAL_DATA",
    "anlan.classes.personal_data.PERSONAL_DATA",
    "anlan.attendance.personal_data.PERSONAL_DATA",
    "anlan.recordings.personal_data.PERSONAL_DATA",
    "anlan.courses.personal_data.PERSONAL_DATA",
    "anlan.assessments.personal_data.PERSONAL_DATA",
    "anlan.kits.personal_data.PERSONAL_DATA",
    "anlan.supervision.personal_data.PERSONAL_DATA",
    "anlan.archives.personal_data.PERSONAL_DATA",
    "anlan.hazards.personal_data.PERSONAL_DATA",
    "anlan.injuries.personal_data.PERSONAL_DATA",
]
# How many people have a face on file: asked by the counter toward the filing. Empty: none kept.
ANLAN_STORED_FACES = "anlan.identity.queries.faces.stored_faces"
