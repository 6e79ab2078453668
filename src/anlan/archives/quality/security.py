"""安全性: is nothing shown that must not be, and who may see the rest?"""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator

from anlan.archives.evidence import persons_of
from anlan.archives.quality.checks import Check, Natures, Sample, judged, untested, whole
from anlan.foundation.accounts.models import Role, ScopeKind
from anlan.foundation.accounts.queries import users_with
from anlan.lib.dates import date_text

NATURE = Natures.SAFE


def security(sample: Sample) -> Iterator[Check]:
    yield _nothing_in_clear(sample)
    yield _encrypted(sample)
    until = date_text(sample.keep_until)
    yield judged(
        NATURE,
        "保管期限与销毁",
        "按封存时生效的保管年限规则计算",
        [],
        f"保管至 {until}，此后销毁钥匙，封存件与证明不变",
    )
    yield _viewers(sample)
    yield untested(NATURE, "病毒检测", "杀毒软件扫描", "本平台没有内置，请在移交或入库时检测")
    yield untested(NATURE, "载体检测", "检查光盘、磁盘等载体", "由保管单位检测")


def _viewers(sample: Sample) -> Check:
    """How many people may open it today, by role; somebody must, and each time is written down."""
    klass = sample.klass
    scopes = (
        (Role.CITY_OFFICIAL, ScopeKind.CITY, ""),
        (Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, klass.district),
        (Role.DEPARTMENT_OFFICIAL, ScopeKind.INDUSTRY, klass.industry),
        (Role.CLASS_MANAGER, ScopeKind.ORGANIZATION, str(klass.provider.uid)),
    )
    held = [(role, len(users_with(role, scope, key))) for role, scope, key in scopes]
    faults = [] if any(count for _, count in held) else ["没有任何人有权查阅"]
    said = "，".join(f"{role.label} {count} 人" for role, count in held)
    method = "清点封存当天有权开封的账号；学员限本人，取用记入台账"
    return judged(NATURE, "查阅权限", method, faults, said)


def _nothing_in_clear(sample: Sample) -> Check:
    """Numbers are searched for wherever text can be read; a name may be a common word."""
    persons = persons_of(sample.klass).values()
    secrets = {text for one in persons for text in (one.id_number, one.phone) if text}
    texts = list(_texts(sample))
    faults = [
        f"{path} 含 {found} 个完整证件号或手机号"
        for path, text in texts
        if (found := sum(secret.encode() in text for secret in secrets))
    ]
    said = f"查找 {len(secrets)} 个号码，{len(texts)} 份文本"
    method = "在明文 JSON、台账、xlsx 中查找完整证件号和手机号；PDF 由同一份脱敏数据排版，未查找"
    return judged(NATURE, "明文不含完整证件号", method, faults, said)


def _texts(sample: Sample) -> Iterator[tuple[str, bytes]]:
    for one in sample.clear(".json", ".jsonl", ".txt"):
        yield one.path, whole(one.content)
    for one in sample.clear(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(whole(one.content))) as book:
            members = [name for name in book.namelist() if name.endswith(".xml")]
            yield one.path, b"\n".join(book.read(name) for name in members)


def _encrypted(sample: Sample) -> Check:
    under = Counter(
        "本班" if "/" in one.key.ref else "个人" for one in sample.files if one.key is not None
    )
    faults = [
        f"{one.path} 应加密而未加密"
        for one in sample.files
        if one.key is None and one.path.startswith("personal/")
    ]
    said = f"个人钥匙 {under['个人']} 件，本班钥匙 {under['本班']} 件"
    method = "清点加密件；每件一把钥匙，AES-256-GCM 或 SM4-GCM"
    return judged(NATURE, "个人信息已加密", method, faults, said)
