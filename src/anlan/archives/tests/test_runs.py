"""Issuing and printing over many classes: bounded, watched, never twice, nothing lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from anlan.archives import issuing, run_queries
from anlan.archives.models import (
    Certificate,
    CertificatePrint,
    IssueRun,
    ItemStatus,
    RunItem,
    RunKind,
    RunStatus,
)
from anlan.archives.services import (
    issue_certificates,
    order_print,
    printing,
    resume_run,
    revoke_certificate,
    runs,
    start_run,
    stop_run,
)
from anlan.archives.services.runs import work_on
from anlan.classes.models import TrainingClass
from anlan.foundation.accounts.models import User
from anlan.foundation.ledger.models import Entry
from anlan.foundation.notices.models import Notice
from anlan.identity.models import Person
from anlan.lib.refusals import BadInput, Refused
from anlan.proofs.certificate import facts_in
from anlan.testing.builders import a_closed_class
from anlan.testing.cast import NOW, Cast

Enter = Callable[[User], Client]
UNPRINTABLE = "\U0001f409"  # a dragon that no font of the house can draw


@pytest.fixture
def klass(cast: Cast) -> TrainingClass:
    return a_closed_class(cast, learners=3)


def issue(cast: Cast, klass: TrainingClass) -> IssueRun:
    return start_run(RunKind.ISSUE, [klass], by=cast.city_official, at=NOW)


def finish(run: IssueRun) -> None:
    while work_on(run, at=NOW + timedelta(seconds=2)):
        pass
    run.refresh_from_db()


def person_of(item: RunItem) -> Person:
    return item.certificate.enrolment.person


def unprintable(klass: TrainingClass) -> None:
    person = klass.enrolments.order_by("id")[1].person
    person.name = f"赵{UNPRINTABLE}"
    person.save(update_fields=["name"])


def test_a_run_issues_and_prints_and_tells_who_ordered_it(cast: Cast, klass: TrainingClass) -> None:
    run = issue(cast, klass)
    assert run_queries.progress_of(run).total == 3  # an estimate, before anybody is listed
    while issuing.work_on_runs(NOW + timedelta(seconds=2)):
        pass
    run.refresh_from_db()
    assert run.status == RunStatus.DONE
    sums = run_queries.progress_of(run)
    assert (sums.total, sums.done, sums.failed, sums.waiting) == (3, 3, 0, 0)
    assert Certificate.objects.exclude(file=None).count() == 3
    told = Notice.objects.filter(user=cast.city_official, title__startswith="颁发已完成")
    assert told.get().body == "3 张证明已打印并签名。"
    assert issuing.work_on_runs(NOW) == 0


def test_what_the_seal_has_issued_already_is_not_issued_again(
    cast: Cast, klass: TrainingClass
) -> None:
    issue_certificates(klass, by=None, at=NOW)
    run = issue(cast, klass)
    finish(run)
    assert run_queries.progress_of(run).total == 0
    assert CertificatePrint.objects.count() == 3


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    cast: Cast, klass: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the print is written down, and after it: the two places that matter."""
    run = issue(cast, klass)
    monkeypatch.setattr(runs, "BATCH", 1)
    work_on(run, at=NOW)
    for place in ("keep_all", "record_many"):
        with monkeypatch.context() as patch:
            patch.setattr(printing, place, killed)
            with pytest.raises(SystemExit):
                work_on(run, at=NOW)
        assert CertificatePrint.objects.count() == 0
        assert run.items.filter(status=ItemStatus.WAITING).count() == 3
    work_on(run, at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(printing, "keep_all", killed)
        with pytest.raises(SystemExit):
            work_on(run, at=NOW)
    finish(run)
    assert run.status == RunStatus.DONE
    assert Certificate.objects.count() == CertificatePrint.objects.count() == 3
    assert Entry.objects.filter(verb="certificate_issued").count() == 3
    assert Entry.objects.filter(verb="certificate_printed").count() == 3


def killed(*_: object, **__: object) -> None:
    raise SystemExit("killed")


def test_a_name_that_cannot_be_printed_is_named_and_the_others_go_on(
    cast: Cast, klass: TrainingClass, browser_of: Enter
) -> None:
    unprintable(klass)
    run = issue(cast, klass)
    finish(run)
    (failed,) = run_queries.failed_items(run)
    assert "字库没有的字" in failed.problem
    assert run_queries.progress_of(run).done == 2
    said = browser_of(cast.city_official).get(f"/archives/runs/{run.uid}/").content.decode()
    assert failed.certificate.number in said
    assert "赵*" in said
    assert person_of(failed).name not in said  # masked; the one sign is named in the reason
    assert "重试未完成的" in said

    person = person_of(failed)
    person.name = "赵更正"
    person.save(update_fields=["name"])
    resume_run(run, by=cast.city_official, at=NOW)
    finish(run)
    assert run_queries.progress_of(run).done == 3
    assert Certificate.objects.get(pk=failed.certificate_id).version == 1


def test_a_full_disk_stops_the_run_and_it_goes_on_afterwards(
    cast: Cast, klass: TrainingClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = issue(cast, klass)
    work_on(run, at=NOW)

    def full(*_: object, **__: object) -> None:
        raise Refused("服务器存储空间不足，文件没有保存。", "请稍后重新上传。")

    with monkeypatch.context() as patch:
        patch.setattr(printing, "keep_all", full)
        with pytest.raises(Refused, match="空间不足"):
            work_on(run, at=NOW)
    assert run.items.filter(status=ItemStatus.WAITING).count() == 3
    finish(run)
    assert run_queries.progress_of(run).done == 3


def test_a_corrected_name_makes_the_next_version_and_the_former_stays(
    cast: Cast, klass: TrainingClass
) -> None:
    one = issue_certificates(klass, by=None, at=NOW)[0]
    assert one.file
    before = one.file
    old = before.path.read_bytes()
    person = one.enrolment.person
    person.name = "赵明岸"
    person.save(update_fields=["name"])
    run = order_print(one, by=cast.city_official, at=NOW, reason="姓名更正")
    with pytest.raises(Refused, match="正在等待打印"):
        order_print(one, by=cast.city_official, at=NOW, reason="姓名更正")
    finish(run)
    one.refresh_from_db()
    assert one.version == 2
    assert one.file
    facts = facts_in(one.file.path.read_bytes())
    assert (facts["version"], facts["name"]) == (2, "赵明岸")
    assert before.path.read_bytes() == old
    first, second = CertificatePrint.objects.filter(certificate=one).order_by("version")
    assert (first.file, second.reason) == (before, "姓名更正")
    assert (
        before.sha256
        in Entry.objects.filter(verb="certificate_printed").get(subject=one.subject).leaf
    )
    assert one.file.sha256 in Entry.objects.get(verb="certificate_reprinted").leaf


def test_a_reprint_over_classes_leaves_out_what_is_revoked(
    cast: Cast, klass: TrainingClass
) -> None:
    first, *_ = issue_certificates(klass, by=None, at=NOW)
    revoke_certificate(first, by=cast.city_official, at=NOW, reason="经查代考")
    reason = "签发证书已更换"
    run = start_run(RunKind.REPRINT, [klass], by=cast.city_official, at=NOW, reason=reason)
    finish(run)
    versions = list(Certificate.objects.order_by("id").values_list("version", flat=True))
    assert versions == [1, 2, 2]
    with pytest.raises(Refused, match="已撤销"):
        order_print(
            Certificate.objects.get(pk=first.pk), by=cast.city_official, at=NOW, reason="再打"
        )


def test_a_stopped_run_waits_until_somebody_resumes_it(cast: Cast, klass: TrainingClass) -> None:
    run = issue(cast, klass)
    work_on(run, at=NOW)
    stop_run(run, by=cast.city_official, at=NOW)
    assert issuing.work_on_runs(NOW) == 0
    assert not CertificatePrint.objects.exists()
    resume_run(run, by=cast.city_official, at=NOW)
    finish(run)
    assert CertificatePrint.objects.count() == 3


def test_what_makes_no_sense_is_refused(cast: Cast, klass: TrainingClass) -> None:
    for kind, klasses, word in (
        (RunKind.ISSUE, [], "没有选中"),
        (RunKind.REPRINT, [klass], "理由"),
    ):
        with pytest.raises(BadInput, match=word):
            start_run(kind, klasses, by=cast.city_official, at=NOW)
    assert not IssueRun.objects.exists()
    assert not Entry.objects.filter(verb="print_ordered").exists()


def test_the_city_orders_on_the_page_and_watches(
    cast: Cast, klass: TrainingClass, browser_of: Enter
) -> None:
    city = browser_of(cast.city_official)
    page = city.get("/archives/runs/").content.decode()
    assert klass.title in page
    empty = city.post("/archives/runs/start", {"kind": "issue"})
    assert empty.status_code == 422
    assert "请至少勾选一个班次" in empty.content.decode()
    wordless = city.post("/archives/runs/start", {"kind": "reprint", "classes": [str(klass.uid)]})
    assert wordless.status_code == 422
    answer = city.post("/archives/runs/start", {"kind": "issue", "classes": [str(klass.uid)]})
    run = IssueRun.objects.get()
    assert answer["Location"] == f"/archives/runs/{run.uid}/"
    assert "0 / 3" in city.get(answer["Location"]).content.decode()
    finish(run)
    moving = city.get(f"/archives/runs/{run.uid}/progress", headers={"HX-Request": "true"})
    assert moving["HX-Refresh"] == "true"
    assert "3 / 3" in city.get(answer["Location"]).content.decode()


def test_a_whole_project_is_one_press(cast: Cast, klass: TrainingClass, browser_of: Enter) -> None:
    city = browser_of(cast.city_official)
    said = {"kind": "issue", "everything": "1", "project": str(klass.project.uid)}
    city.post("/archives/runs/start", said)
    assert [one.klass for one in IssueRun.objects.get().classes.all()] == [klass]


@pytest.mark.parametrize(
    "who", ["district_official", "class_manager", "safety_officer", "outsider"]
)
def test_nobody_else_orders_or_watches(
    cast: Cast, klass: TrainingClass, browser_of: Enter, who: str
) -> None:
    run = issue(cast, klass)
    one = issue_certificates(klass, by=None, at=NOW)[0]
    other = browser_of(getattr(cast, who))
    for path in ("", f"{run.uid}/", f"{run.uid}/progress"):
        assert other.get(f"/archives/runs/{path}").status_code == 404
    lines = Entry.objects.count()
    posts = [f"/archives/runs/{run.uid}/stop", "/archives/runs/start"]
    posts += [f"/archives/certificates/{one.uid}/print"]
    for path in posts:
        assert other.post(path, {"print-reason": "x", "kind": "issue"}).status_code == 404
    assert other.get(f"/archives/certificates/{one.uid}/paper/1").status_code == 404
    run.refresh_from_db()
    assert run.status == RunStatus.OPEN
    assert (IssueRun.objects.count(), Entry.objects.count()) == (1, lines)


def test_one_certificate_is_printed_again_from_its_page(
    cast: Cast, klass: TrainingClass, browser_of: Enter
) -> None:
    one = issue_certificates(klass, by=None, at=NOW)[0]
    city = browser_of(cast.city_official)
    page = f"/archives/certificates/{one.uid}/"
    city.post(f"{page}print", {"print-reason": " "})
    assert not IssueRun.objects.exists()
    city.post(f"{page}print", {"print-reason": "姓名更正"})
    assert "正在重新打印" in city.get(page).content.decode()
    finish(IssueRun.objects.get())
    said = city.get(page).content.decode()
    assert "第 2 版（现行）" in said
    assert city.get(f"{page}paper/1").status_code == 200
