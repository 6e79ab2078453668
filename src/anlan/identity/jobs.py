"""Rosters, insured lists, questions outside, what waits to be looked at, rights and clocks."""

import logging
from datetime import datetime

from django.urls import reverse

from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.accounts.queries import users_with
from anlan.foundation.notices.services import tell
from anlan.identity import queries, services
from anlan.identity.kept import kinds
from anlan.identity.network import the_network
from anlan.identity.queries import insured, rights
from anlan.identity.queries.wishes import overdue_wishes
from anlan.identity.services import insured_checks, insured_lists, network
from anlan.identity.services import rights as acts
from anlan.identity.services.call_ends import tend_calls as tend_calls
from anlan.identity.services.cards import answer_next_back as answer_next_back
from anlan.identity.services.checks import remind_overdue as remind_overdue
from anlan.identity.services.faces import forget_faces as forget_faces
from anlan.identity.services.looking import answer_next_face as answer_next_face
from anlan.identity.services.looking import answer_next_try as answer_next_try
from anlan.lib.dates import local_date
from anlan.lib.refusals import Refused

log = logging.getLogger(__name__)
MOST_A_ROUND = 20


def import_rosters(at: datetime) -> int:
    """Import the oldest waiting roster, also one whose worker was killed half-way."""
    roster = queries.rosters_to_import().first()
    if roster is None:
        return 0
    services.import_roster(roster, at=at)
    return 1


def seal_rosters(at: datetime) -> int:
    """Seal roster files that an older version kept in clear; nothing to do once they are."""
    done = 0
    for roster in queries.clear_rosters().iterator():
        if done == MOST_A_ROUND:
            break
        try:
            done += services.seal_clear_file(roster, at=at)
        except (Refused, OSError):
            log.exception("the file of roster %s can't be sealed", roster.uid)
    return done


def note_new_people(at: datetime) -> int:
    """Who is new is asked about, where the dated rule and the settings want it."""
    return network.note_new_people(at) if the_network() is not None else 0


def ask_network(at: datetime) -> int:
    """Put the next questions to the national identity network."""
    asked = the_network()
    return network.ask_network(asked, at=at) if asked is not None else 0


def import_insured(at: datetime) -> int:
    """Import the oldest waiting insured list, also one whose worker was killed half-way."""
    uploaded = insured.lists_to_import().first()
    if uploaded is None:
        return 0
    insured_lists.import_list(uploaded, at=at)
    return 1


def check_insured(at: datetime) -> int:
    """Compare the oldest waiting file with the insured list."""
    check = insured.checks_to_run().first()
    if check is None:
        return 0
    insured_checks.run_check(check, at=at)
    return 1


def make_exports(at: datetime) -> int:
    """Copies that people have asked for, the oldest first."""
    order = rights.exports_to_make().first()
    if order is None:
        return 0
    acts.make_export(order, at=at)
    return 1


def carry_out_deletions(at: datetime) -> int:
    """Granted ones whose class has been closed and sealed meanwhile; overdue ones are told."""
    done = 0
    for asked in rights.deletions_to_carry_out().iterator():
        try:
            done += acts.carry_out(asked, by=None, at=at)
        except Refused as refused:
            log.warning("deletion %s was refused: %s", asked.uid, refused.message)
        if done == MOST_A_ROUND:
            break
    for asked in rights.overdue_deletions(at)[:MOST_A_ROUND]:
        acts.remind_overdue(asked, at=at)
    for wish in overdue_wishes(at)[:MOST_A_ROUND]:
        acts.remind_overdue_wish(wish, at=at)
    return done


def keep_clocks(at: datetime) -> int:
    """Every retention clock that no other job minds: a bounded part each; how much was ended."""
    return sum(
        clock.forget(at) for kind in kinds() for clock in kind.clocks if clock.forget is not None
    )


def watch_faces(at: datetime) -> int:
    """Tell the city once a level when stored faces near the number that has to be filed."""
    count = rights.face_count(at)
    if not count.state:
        return 0
    level = count.filing_at if count.state == "filing" else count.warn_at
    people = users_with(Role.CITY_OFFICIAL, ScopeKind.CITY)
    people += users_with(Role.OPERATOR, ScopeKind.CITY)
    tell(
        people,
        f"已存储 {count.stored:,} 人的人脸信息",
        at=at,
        dedupe=f"faces:{level}:{local_date(at).year}",
        body=f"达到 {count.filing_at:,} 人须备案。依据：{count.clause}",
        url=reverse("identity:retention"),
    )
    return 0
