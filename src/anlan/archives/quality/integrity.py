"""完整性: is everything there that must be?"""

from collections.abc import Iterator

from anlan.archives.quality.checks import Check, Natures, Sample, judged
from anlan.archives.queries import archives_of
from anlan.archives.report_parts import recordings_of
from anlan.classes.queries import sessions_of
from anlan.courses.models import Mode
from anlan.proofs.bag import same_name, why_unsafe

NATURE = Natures.WHOLE
MUST_HAVE = (
    "01-申请与审批/申请.json",
    "01-申请与审批/审批记录.json",
    "02-花名册/花名册.pdf",
    "04-考核/成绩册.pdf",
    "07-评估/培训评估报告.pdf",
    "ledger.jsonl",
    "receipts.json",
)


def integrity(sample: Sample) -> Iterator[Check]:
    octets = sum(one.size for one in sample.files)
    faults = [f"{one.path}：{why}" for one in sample.files if (why := why_unsafe(one.path))]
    if len({same_name(one.path) for one in sample.files}) != len(sample.files):
        faults.append("有重名文件")
    said = f"{len(sample.files)} 个文件，{octets:,} 字节（不含封面与本表）"
    yield judged(NATURE, "数量与命名", "逐个清点文件，检查文件名", faults, said)
    missing = [f"缺少 {path}" for path in MUST_HAVE if path not in sample.by_path]
    missing += [f"{title} 的钥匙已销毁，未收入" for title in sample.left_out]
    said = f"应有 {len(MUST_HAVE)} 件"
    yield judged(NATURE, "必备材料", "按一期一档目录清点", missing, said)
    yield _people(sample)
    yield _sessions(sample)
    yield _films(sample)
    yield _former_versions(sample)


def _people(sample: Sample) -> Check:
    records = [one for one in sample.files if one.path.startswith("personal/")]
    counted, rows = len(sample.facts.results), len(records)
    faults = [] if rows >= counted else [f"{counted - rows} 人没有个人记录"]
    closing = sample.klass.closing.enrolled
    if closing != counted:
        faults.append(f"结班时 {closing} 人，花名册 {counted} 人")
    said = f"花名册 {counted} 人，个人记录 {rows} 件"
    return judged(NATURE, "每人有记录", "花名册、结班人数与个人记录比对", faults, said)


def _sessions(sample: Sample) -> Check:
    held = list(sessions_of(sample.klass))
    sheets = [one for one in sample.files if one.path.endswith("-签到记录.pdf")]
    faults = [f"{one} 没有签到册" for one in held if one.register_id is None]
    if len(sheets) < len(held):
        faults.append(f"{len(held) - len(sheets)} 场没有签到记录")
    said = f"{len(held)} 场，签到记录 {len(sheets)} 份"
    return judged(NATURE, "每场有签到记录", "课程表与签到记录比对", faults, said)


def _films(sample: Sample) -> Check:
    offline = {one.pk for one in sessions_of(sample.klass) if one.mode == Mode.OFFLINE}
    films = recordings_of(sample.klass)
    without = offline - {session.pk for session, _ in films}
    faults = [f"{len(without)} 场线下课没有录像"] if without else []
    said = f"线下 {len(offline)} 场，录像 {len(films)} 段"
    return judged(NATURE, "线下课有录像", "课程表与录像清单比对", faults, said)


def _former_versions(sample: Sample) -> Check:
    former = list(archives_of(sample.klass))
    faults = []
    for one in former:
        path = one.file.path
        if not path.exists() or path.stat().st_size != one.file.size:
            faults.append(f"第 {one.version} 版的文件不在或大小不符")
    versions = sorted(one.version for one in former)
    if versions != list(range(1, len(former) + 1)):
        faults.append("版本号不连续")
    said = f"原有 {len(former)} 版" if former else "首次封存"
    return judged(NATURE, "原有各版保持不变", "清点原有各版的文件与大小", faults, said)
