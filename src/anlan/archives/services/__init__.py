"""What this room does: certificates, sealed archives, the name check at the public door."""

from anlan.archives.services.certificates import (
    issue_certificates,
    revoke_certificate,
)
from anlan.archives.services.handing_out import (
    hand_out,
    hand_out_keys,
    hand_out_opened,
    hand_out_paper,
    hand_out_record,
)
from anlan.archives.services.name_checks import forget_old_tries, name_agrees
from anlan.archives.services.printing import print_certificates
from anlan.archives.services.retention import destroy_ended_keys
from anlan.archives.services.runs import order_print, resume_run, start_run, stop_run
from anlan.archives.services.sealing import order_reseal, reseal, seal_class, seal_learners
from anlan.archives.services.year_exports import order_export, run_export

__all__ = [
    "destroy_ended_keys",
    "forget_old_tries",
    "hand_out",
    "hand_out_keys",
    "hand_out_opened",
    "hand_out_paper",
    "hand_out_record",
    "issue_certificates",
    "name_agrees",
    "order_export",
    "order_print",
    "order_reseal",
    "print_certificates",
    "reseal",
    "resume_run",
    "revoke_certificate",
    "run_export",
    "seal_class",
    "seal_learners",
    "start_run",
    "stop_run",
]
