"""Sending what waits."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from anlan.foundation.notices import queries, services
from anlan.foundation.notices.sms import SmsAdapter


def send_text_messages(at: datetime) -> int:
    """Send up to 200 waiting messages; one that fails is tried again, the others go on."""
    adapter: SmsAdapter = import_string(settings.ANLAN_SMS_ADAPTER)()
    waiting = list(queries.unsent_messages()[:200])
    for message in waiting:
        try:
            adapter.send(message.phone, message.text, at)
        except OSError as failure:
            services.failed(message, str(failure))
        else:
            services.sent(message)
    return len(waiting)
