"""The demonstration's logins: one for every role, with what it can try. All synthetic."""

from dataclasses import dataclass

from anlan.foundation.accounts.models import Role, User

DEMONSTRATION_PASSWORD = "anlan-2026"


@dataclass(frozen=True)
class Login:
    """One account of the demonstration city; `name` says that it is nobody."""

    username: str
    name: str
    role: Role
    try_this: str


LOGINS = (
    Login("shiji", "演示·市级监管员", Role.CITY_OFFICIAL, "审批开班、看全市台账与地图、核对存证"),
    Login("quxian", "演示·区县经办", Role.DISTRICT_OFFICIAL, "审核企业注册、初审开班申请"),
    Login("xietong", "演示·协同部门", Role.DEPARTMENT_OFFICIAL, "查看本行业的培训与台账"),
    Login("banzhuren", "演示·班主任", Role.CLASS_MANAGER, "申请开班、投屏签到码、结班封存"),
    Login("jiangshi", "演示·讲师", Role.TRAINER, "看自己的课表和授课班级"),
    Login("kaoguan", "演示·考官", Role.EXAMINER, "用手机打分实操考核"),
    Login("anquanyuan", "演示·企业安全员", Role.SAFETY_OFFICER, "上传花名册、预约名额、选人报名"),
    Login("zhuanjia", "演示·专家", Role.EXPERT, "手机上看今天的诊疗、逐项检查、签发报告"),
    Login("xueyuan", "安晓澜", Role.LEARNER, "手机上扫码签到、考试、评价、领证书"),
    Login("yunwei", "演示·平台运维", Role.OPERATOR, "查看平台运行情况"),
)


def standing() -> list[Login]:
    """Those of the logins whose accounts are there and open."""
    names = [login.username for login in LOGINS]
    there = set(
        User.objects.filter(username__in=names, is_active=True, is_synthetic=True).values_list(
            "username", flat=True
        )
    )
    return [login for login in LOGINS if login.username in there]


def table(logins: list[Login]) -> str:
    """The logins as lines that align in a terminal."""
    rows = [("角色", "用户名", "可以试什么")]
    rows += [(login.role.label, login.username, login.try_this) for login in logins]
    lines = [f"  {_pad(role, 14)}{_pad(name, 13)}{text}" for role, name, text in rows]
    return "\n".join([*lines, f"  密码都是 {DEMONSTRATION_PASSWORD}"])


def _pad(text: str, width: int) -> str:
    """Chinese characters take two columns of a terminal."""
    return text + " " * (width - sum(2 if ord(c) > 0x2E80 else 1 for c in text))
