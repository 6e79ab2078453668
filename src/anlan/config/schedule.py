"""What `anlan work` looks for, and how often."""

from datetime import timedelta

from anlan.archives.issuing import work_on_runs
from anlan.archives.jobs import (
    destroy_ended_keys,
    export_ordered_years,
    forget_old_tries,
    reseal_ordered_classes,
    seal_closed_classes,
)
from anlan.assessments.jobs import analyse_items, work_on_bank_files
from anlan.assessments.services import (
    keep_pulse,
    lapse_missed,
    prepare_due,
    spread_outages,
    submit_overdue,
    weigh_events,
)
from anlan.attendance.services import forget_addresses
from anlan.bookings.jobs import promote_waiters
from anlan.classes.jobs import start_due_classes
from anlan.classes.services.vouching import forget_desk_logins
from anlan.courses.films.making import make_next
from anlan.courses.jobs import glean_sittings
from anlan.exemplars.jobs import compute_indicators, expire_namings, watch_namings
from anlan.foundation.access.limits import forget_attempts
from anlan.foundation.access.services.sessions import forget_ended
from anlan.foundation.files.jobs import (
    forget_expired_uploads,
    forget_stray_drafts,
    sweep_removed,
    trim_cache,
)
from anlan.foundation.intake.memory import forget_answers
from anlan.foundation.jobs.services import EYES, FILMS, PROMPT, Job
from anlan.foundation.ledger.sequencer import sequence
from anlan.foundation.ledger.stamping import stamp_checkpoints
from anlan.foundation.notices.jobs import send_text_messages
from anlan.hazards.jobs import escalate_overdue
from anlan.identity.jobs import (
    answer_next_back,
    answer_next_face,
    answer_next_try,
    ask_network,
    carry_out_deletions,
    check_insured,
    forget_faces,
    import_insured,
    import_rosters,
    keep_clocks,
    make_exports,
    note_new_people,
    remind_overdue,
    seal_rosters,
    tend_calls,
    watch_faces,
)
from anlan.injuries.jobs import code_narratives, forget_uploads, import_batches, learn_codes
from anlan.insights.jobs import refresh_distribution
from anlan.organizations.jobs import read_next_licence
from anlan.recordings.jobs import forget_expired_recordings
from anlan.supervision.jobs import (
    draw_announced,
    draw_call_backs,
    look_for_doubts,
    print_photos,
)
from anlan.visits.jobs import escalate_visits

SCHEDULE = [
    # A checkpoint follows at most a second after: half of it to wait, half of it to sign.
    Job(sequence, every=timedelta(seconds=0.5), lane=PROMPT),
    Job(make_next, every=timedelta(seconds=2), lane=FILMS),
    Job(answer_next_try, every=timedelta(seconds=0.5), lane=EYES),
    Job(answer_next_face, every=timedelta(seconds=0.5), lane=EYES),
    Job(read_next_licence, every=timedelta(seconds=0.5), lane=EYES),
    Job(answer_next_back, every=timedelta(seconds=0.5), lane=EYES),
    Job(forget_faces, every=timedelta(hours=1)),
    Job(remind_overdue, every=timedelta(minutes=10)),
    Job(tend_calls, every=timedelta(seconds=10)),
    Job(stamp_checkpoints, every=timedelta(minutes=1)),
    Job(import_rosters, every=timedelta(seconds=1)),
    Job(seal_rosters, every=timedelta(minutes=10)),
    Job(note_new_people, every=timedelta(minutes=1)),
    Job(ask_network, every=timedelta(seconds=10)),
    Job(import_insured, every=timedelta(seconds=2)),
    Job(check_insured, every=timedelta(seconds=1)),
    Job(import_batches, every=timedelta(seconds=1)),
    Job(code_narratives, every=timedelta(seconds=30)),
    # Minutes of a core, and nobody waits for it.
    Job(learn_codes, every=timedelta(minutes=10), lane=FILMS),
    Job(make_exports, every=timedelta(seconds=2)),
    Job(carry_out_deletions, every=timedelta(minutes=5)),
    Job(keep_clocks, every=timedelta(hours=1)),
    Job(watch_faces, every=timedelta(hours=1)),
    Job(work_on_bank_files, every=timedelta(seconds=1)),
    Job(analyse_items, every=timedelta(minutes=10)),
    # Prompt, so that long work elsewhere is never taken for an outage.
    Job(keep_pulse, every=timedelta(seconds=5), lane=PROMPT),
    Job(spread_outages, every=timedelta(seconds=5)),
    Job(prepare_due, every=timedelta(seconds=30)),
    Job(submit_overdue, every=timedelta(seconds=5)),
    Job(lapse_missed, every=timedelta(minutes=1)),
    Job(glean_sittings, every=timedelta(minutes=1)),
    Job(weigh_events, every=timedelta(seconds=10)),
    Job(start_due_classes, every=timedelta(seconds=30)),
    Job(promote_waiters, every=timedelta(seconds=10)),
    Job(send_text_messages, every=timedelta(seconds=2)),
    Job(seal_closed_classes, every=timedelta(seconds=5)),
    Job(reseal_ordered_classes, every=timedelta(seconds=5)),
    Job(export_ordered_years, every=timedelta(seconds=5)),
    Job(work_on_runs, every=timedelta(seconds=2)),
    Job(forget_desk_logins, every=timedelta(hours=1)),
    Job(forget_attempts, every=timedelta(hours=1)),
    Job(forget_ended, every=timedelta(hours=1)),
    Job(forget_old_tries, every=timedelta(hours=1)),
    Job(forget_expired_uploads, every=timedelta(minutes=5)),
    Job(forget_stray_drafts, every=timedelta(hours=1)),
    Job(forget_expired_recordings, every=timedelta(hours=1)),
    Job(forget_uploads, every=timedelta(hours=1)),
    Job(sweep_removed, every=timedelta(minutes=10)),
    Job(trim_cache, every=timedelta(minutes=10)),
    Job(destroy_ended_keys, every=timedelta(hours=1)),
    Job(forget_answers, every=timedelta(minutes=10)),
    Job(refresh_distribution, every=timedelta(seconds=10)),
    Job(escalate_overdue, every=timedelta(minutes=5)),
    Job(escalate_visits, every=timedelta(minutes=5)),
    Job(forget_addresses, every=timedelta(hours=1)),
    Job(print_photos, every=timedelta(seconds=30)),
    Job(look_for_doubts, every=timedelta(minutes=5)),
    Job(draw_announced, every=timedelta(seconds=2)),
    Job(draw_call_backs, every=timedelta(minutes=1)),
    Job(compute_indicators, every=timedelta(minutes=1)),
    Job(expire_namings, every=timedelta(minutes=10)),
    Job(watch_namings, every=timedelta(minutes=10)),
]
