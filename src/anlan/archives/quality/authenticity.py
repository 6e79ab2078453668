"""真实性: is it what it claims to be, from the source that it claims?"""

import json
from collections import Counter
from collections.abc import Iterator

from anlan.archives.evidence import VERBS
from anlan.archives.quality.checks import Check, Natures, Sample, judged, untested
from anlan.attendance.models import Mark, MarkKind, StruckMark
from anlan.foundation.ledger.sequencer import public_key
from anlan.foundation.ledger.services import rfc3339
from anlan.proofs.bundle import check_bundle, checkpoint_of
from anlan.proofs.ledger_lines import Ledger, check_ledger

NATURE = Natures.AUTHENTIC


def authenticity(sample: Sample) -> Iterator[Check]:
    ledger = check_ledger([sample.content("ledger.jsonl")])
    yield judged(
        NATURE,
        "台账固化信息",
        "逐行重新计算 RFC 9162 叶子哈希，与台账所载比对",
        [finding.text for finding in ledger.findings],
        f"{len(ledger.lines)} 行",
    )
    yield _receipts(sample, ledger)
    yield _attendance(sample)
    yield _certificates(sample)
    yield _openings(sample, sum(len(line.commitments) for line in ledger.lines))
    yield _closing(sample)


def _receipts(sample: Sample, ledger: Ledger) -> Check:
    text = sample.content("receipts.json")
    found = check_bundle(text, ledger, [public_key()])
    wrong = [one for one in found if one.kind not in ("ok", "unchecked")]
    waiting = [one for one in found if one.kind == "unchecked"]
    head = checkpoint_of(text)
    said = f"检查点 {head.size} 条" if head else "尚无检查点"
    item, method = "来源：签名日志", "逐行核对包含证明，用日志公钥核对检查点签名"
    if waiting and not wrong:
        return untested(NATURE, item, method, f"{said}，{len(waiting)} 项封存时还没有回执")
    return judged(NATURE, item, method, [one.text for one in wrong], said)


def _attendance(sample: Sample) -> Check:
    """The marks that the sign-in records were printed from, against the ledger's own lines."""
    kept = Counter(
        (one.register.subject, VERBS[MarkKind(one.kind)], str(one.person.uid), rfc3339(one.at))
        for table in (Mark, StruckMark)  # what was struck has its line too
        for one in table.objects.filter(register__session__klass=sample.klass).select_related(
            "register", "person"
        )
    )
    written: Counter[tuple[str, str, str, str]] = Counter()
    for entry in sample.evidence.entries:
        if entry.verb in VERBS.values() and entry.about is not None:
            said = json.loads(entry.leaf)
            written[said["subject"], said["verb"], entry.about.ref, said["at"]] += 1
    faults = []
    if extra := sum((kept - written).values()):
        faults.append(f"{extra} 条签到签退在台账中没有相同的一行")
    if missing := sum((written - kept).values()):
        faults.append(f"台账中 {missing} 行签到签退在记录中没有")
    method = "签到签退逐条与台账比对：场次、人、时间"
    return judged(NATURE, "签到记录与台账一致", method, faults, f"{kept.total()} 条")


def _certificates(sample: Sample) -> Check:
    lines = [one for one in sample.evidence.entries if one.verb == "certificate_issued"]
    written = {json.loads(one.leaf)["data"]["number"] for one in lines}
    kept = {one.number for one in sample.facts.certificates.values()}
    faults = [f"证明 {number} 在台账中没有" for number in sorted(kept - written)]
    faults += [f"台账中的证明 {number} 在清单中没有" for number in sorted(written - kept)]
    method = "证明编号逐个与台账比对"
    return judged(NATURE, "证明与台账一致", method, faults, f"{len(kept)} 张")


def _openings(sample: Sample, held: int) -> Check:
    """A commitment that stays closed is no fault: a name may have been corrected since."""
    opened = sum(len(one) for one in sample.evidence.opened.values())
    said = f"{held} 项承诺，{opened} 项可打开"
    if opened < held:
        said += f"，{held - opened} 项的原值已更正或钥匙已销毁"
    method = "用当事人的原值和盐值逐项重新计算承诺值"
    return judged(NATURE, "个人信息与台账承诺一致", method, [], said)


def _closing(sample: Sample) -> Check:
    """The figures as the class was closed, worked out again from its details."""
    closing, results = sample.klass.closing, sample.facts.results.values()
    pairs = (
        ("参训人数", closing.enrolled, len(results)),
        ("合格人数", closing.passed, sum(one.passed for one in results)),
        ("签到人次", closing.attendances, len(sample.facts.came)),
    )
    faults = [f"{what}结班时 {was}，现为 {now}" for what, was, now in pairs if was != now]
    said = "，".join(f"{what} {now}" for what, _, now in pairs)
    method = "由花名册、考核与签到明细重新计算，与结班时的数据比对"
    return judged(NATURE, "结班数据与明细一致", method, faults, said)
