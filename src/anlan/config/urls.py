"""Every address of the site, room by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("anlan.desks.urls")),
    path("account/", include("anlan.foundation.accounts.urls")),
    path("ui/", include("anlan.foundation.ui.urls")),
    path("files/", include("anlan.foundation.files.urls")),
    path("log/", include("anlan.foundation.ledger.urls")),
    path("verify/", include("anlan.foundation.ledger.verify_urls")),
    path("intake/", include("anlan.foundation.intake.urls")),
    path("notices/", include("anlan.foundation.notices.urls")),
    path("codes/", include("anlan.foundation.codes.urls")),
    path("organizations/", include("anlan.organizations.urls")),
    path("people/", include("anlan.identity.urls")),
    path("exams/", include("anlan.assessments.urls")),
    path("attendance/", include("anlan.attendance.urls")),
    path("recordings/", include("anlan.recordings.urls")),
    path("trainers/", include("anlan.trainers.urls")),
    path("resources/", include("anlan.resources.urls")),
    path("programs/", include("anlan.programs.urls")),
    path("courses/", include("anlan.courses.urls")),
    path("hazards/", include("anlan.hazards.urls")),
    path("tips/", include("anlan.hazards.tip_urls")),
    path("classes/", include("anlan.classes.urls")),
    path("bookings/", include("anlan.bookings.urls")),
    path("kits/", include("anlan.kits.urls")),
    path("archives/", include("anlan.archives.urls")),
    path("c/", include(("anlan.archives.public_urls", "certificates"))),
    path("a/", include(("anlan.archives.seal_urls", "seals"))),
    path("insights/", include("anlan.insights.urls")),
    path("supervision/", include("anlan.supervision.urls")),
]
