"""The door through which granian serves the site, the hot paths before it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
site = get_wsgi_application()

from anlan.foundation.intake.application import Intake  # noqa: E402
from anlan.foundation.intake.endpoints import configured  # noqa: E402

application = Intake(site, configured())
