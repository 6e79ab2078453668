"""The menus: which pages a role finds where. Lists; the only choice is by role."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import now

from anlan.bookings import queries as bookings
from anlan.bookings.policies import booking_organization
from anlan.classes import queries as classes
from anlan.classes.models import Status, TrainingClass
from anlan.exemplars.queries import declarations, exemplars
from anlan.foundation.access.policies import looks_after_accounts, looks_after_all
from anlan.foundation.accounts.models import Role, User
from anlan.foundation.accounts.policies import is_operator
from anlan.foundation.accounts.queries import reach
from anlan.foundation.codes.models import System
from anlan.foundation.codes.queries import code_name
from anlan.foundation.notices.queries import unread_count
from anlan.foundation.ui.menu import MenuGroup, MenuItem
from anlan.hazards.queries import hazards, tips
from anlan.identity.queries import wishes
from anlan.injuries.queries import reviewing
from anlan.lib.dates import local_date
from anlan.organizations import queries as organizations


def menu_for(user: User) -> list[MenuGroup]:
    """The side menu of a desk page; who has several roles finds the pages of each, once."""
    mine = reach(user)
    groups = [MenuGroup("", [MenuItem("工作台", reverse("desks:home"), "layout-dashboard")])]
    if mine.official or mine.whole_city:
        groups += _official(user)
    if mine.has(Role.CLASS_MANAGER):
        groups += _provider(user)
    if mine.has(Role.TRAINER, Role.EXAMINER):
        groups += _teaching(user)
    if mine.has(Role.EXPERT):
        groups += _expert()
    if mine.has(Role.SAFETY_OFFICER):
        groups += _enterprise(user)
    if looks_after_accounts(user):
        groups.insert(1 if is_operator(user) else len(groups), _looking_after(user))
    return [*_once(groups), _own(user)]


def tabs_for(user: User) -> list[MenuItem]:
    """The tabs at the bottom of a phone page: an examiner's, an expert's, or a learner's."""
    if reach(user).has(Role.EXAMINER):
        return [
            MenuItem("首页", reverse("desks:home"), "home"),
            MenuItem("实操考核", reverse("classes:examiner"), "clipboard-check"),
            MenuItem("培训班", reverse("classes:list"), "list-details"),
            MenuItem("通知", reverse("notices:inbox"), "bell", lambda: unread_count(user)),
        ]
    if reach(user).has(Role.EXPERT):
        return [
            MenuItem("诊疗", reverse("visits:today"), "home"),
            MenuItem("隐患", reverse("hazards:mine"), "alert-triangle"),
            MenuItem("清单", reverse("visits:checklists"), "list-check"),
            MenuItem("通知", reverse("notices:inbox"), "bell", lambda: unread_count(user)),
        ]
    return [
        MenuItem("首页", reverse("desks:home"), "home"),
        MenuItem("扫码", reverse("classes:scan"), "qrcode"),
        MenuItem("考试", reverse("assessments:mine"), "writing"),
        MenuItem("证书", reverse("archives:mine"), "certificate"),
        MenuItem("我的", reverse("identity:me"), "user"),
    ]


def role_label(user: User) -> str:
    """What stands beside the name: 市级监管员; 区县经办 · 历城区; 机构班主任、讲师."""
    found: dict[str, None] = {}
    for role, _, key in reach(user).grants:
        label = str(Role(role).label)
        place = {
            Role.DISTRICT_OFFICIAL: System.GB_T_2260,
            Role.DEPARTMENT_OFFICIAL: System.KEY_INDUSTRY,
        }.get(Role(role))
        found[f"{label} · {code_name(place, key)}" if place else label] = None
    return "、".join(found)


def _official(user: User) -> list[MenuGroup]:
    mine = reach(user)
    decides = mine.has(Role.CITY_OFFICIAL, Role.DISTRICT_OFFICIAL)
    city = mine.has(Role.CITY_OFFICIAL)
    work = [
        MenuItem(
            "开班审批",
            reverse("classes:queue"),
            "rubber-stamp",
            lambda: classes.waiting_for(user).count() + classes.changes_waiting_for(user).count(),
        ),
    ]
    ledgers = [
        MenuItem("培训班台账", reverse("classes:list"), "list-details"),
        MenuItem(
            "单位台账",
            reverse("organizations:ledger"),
            "building",
            (lambda: organizations.waiting_for(user).count()) if decides else None,
        ),
        MenuItem("人员", reverse("identity:people"), "users"),
        *(
            [MenuItem("参保核对", reverse("identity:insured_checks"), "list-check")]
            if decides
            else []
        ),
        MenuItem("讲师", reverse("trainers:ledger"), "school"),
        MenuItem("场地", reverse("resources:ledger"), "map-pin"),
        MenuItem("项目", reverse("programs:ledger"), "flag"),
        MenuItem("证书台账", reverse("archives:certificates"), "certificate"),
        *([MenuItem("档案导出", reverse("archives:exports"), "archive")] if city else []),
    ]
    hurt = [
        MenuItem("工伤案件", reverse("injuries:ledger"), "report"),
        *_codings(user, decides),
        *([MenuItem("认定鉴定逾期", reverse("injuries:overdue"), "hourglass")] if decides else []),
        *([MenuItem("案件导入", reverse("injuries:batches"), "upload")] if city else []),
    ]
    watch = [
        MenuItem("现场直播", reverse("classes:on_air"), "broadcast"),
        *([MenuItem("答卷复核与申诉", reverse("classes:reviews"), "scale")] if decides else []),
        *([MenuItem("身份核验", reverse("identity:checks"), "face-id")] if decides else []),
        *_dangers(user, decides),
        MenuItem("疑点工单", reverse("supervision:tickets"), "shield-exclamation"),
        MenuItem("抽查", reverse("supervision:checks"), "target"),
        MenuItem("回访", reverse("supervision:calls"), "phone"),
    ]
    outlines = [MenuItem("培训大纲", reverse("courses:syllabi"), "clipboard-list")]
    banks = [MenuItem("题库", reverse("assessments:banks"), "books")]
    return [
        MenuGroup("办理", work if decides else []),
        MenuGroup("监管", watch),
        MenuGroup("台账", ledgers),
        MenuGroup("工伤", hurt),
        MenuGroup("示范", _examples(user, decides)),
        MenuGroup("统计", _figures()),
        MenuGroup("教考", outlines + (banks if city else [])),
        MenuGroup("存证与个人信息", _kept(user, city) if decides else []),
    ]


def _kept(user: User, city: bool) -> list[MenuItem]:
    return [
        *([MenuItem("日志见证人", reverse("ledger:witnesses"), "eye")] if city else []),
        _wishes(lambda: wishes.waiting_count(user)),
        MenuItem("删除申请", reverse("identity:deletions"), "user-check"),
        *(_privacy() if city else []),
    ]


def _wishes(waits: Callable[[], int] | None = None) -> MenuItem:
    return MenuItem("个人信息申请", reverse("identity:wishes"), "pencil", waits)


def _privacy() -> list[MenuItem]:
    return [
        MenuItem("保存期限", reverse("identity:retention"), "hourglass"),
        MenuItem("影响评估", reverse("identity:impacts"), "shield-check"),
    ]


def _figures() -> list[MenuItem]:
    return [
        MenuItem("工伤分布", reverse("insights:injuries"), "map"),
        MenuItem("班次明细", reverse("insights:classes"), "chart-bar"),
        MenuItem("企业覆盖", reverse("insights:enterprises"), "building-factory-2"),
        MenuItem("隐患指标", reverse("hazards:figures"), "chart-line"),
        MenuItem("诊疗与自查", reverse("visits:coverage"), "chart-line"),
        MenuItem("企业安全指标", reverse("exemplars:ranking"), "shield-check"),
        MenuItem("刷脸误差", reverse("identity:check_figures"), "face-id"),
        MenuItem("指标口径", reverse("insights:definitions"), "book"),
        MenuItem("代码查询", reverse("codes:browse"), "list-search"),
    ]


def _examples(user: User, decides: bool) -> list[MenuItem]:
    return [
        MenuItem(
            "示范企业",
            reverse("exemplars:ledger"),
            "award",
            lambda: exemplars.waiting_for(user, local_date(now())).count(),
        ),
        MenuItem(
            "企业申报核实",
            reverse("exemplars:declarations"),
            "file-certificate",
            (lambda: declarations.waiting_for(user)) if decides else None,
        ),
    ]


def _codings(user: User, decides: bool) -> list[MenuItem]:
    if not decides:
        return []
    coding = reverse("injuries:coding")
    return [MenuItem("经过编码", coding, "keyboard", lambda: reviewing.waiting_count(user))]


def _dangers(user: User, decides: bool) -> list[MenuItem]:
    waits = (lambda: hazards.waiting_for(user, now()).count()) if decides else None
    found = [
        MenuItem("隐患", reverse("hazards:ledger"), "alert-triangle", waits),
        MenuItem("专家诊疗", reverse("visits:ledger"), "heart-handshake"),
    ]
    if decides:
        told = reverse("hazards:tips")
        found.append(MenuItem("举报核查", told, "message", lambda: tips.open_tips(user).count()))
    return found


def _provider(user: User) -> list[MenuGroup]:
    work = [
        MenuItem(
            "我的培训班", reverse("classes:list"), "list-details", lambda: _returned(user).count()
        ),
        MenuItem("申请开班", reverse("classes:apply"), "plus"),
        MenuItem("答卷复核与申诉", reverse("classes:reviews"), "scale"),
        MenuItem("身份核验", reverse("identity:checks"), "face-id"),
        MenuItem("监管问询", reverse("supervision:inquiries"), "message"),
        _wishes(),
    ]
    keeping = [
        MenuItem("讲师", reverse("trainers:ledger"), "school"),
        MenuItem("场地", reverse("resources:ledger"), "map-pin"),
        MenuItem("培训大纲", reverse("courses:syllabi"), "clipboard-list"),
        MenuItem("题库", reverse("assessments:banks"), "books"),
        MenuItem("证书台账", reverse("archives:certificates"), "certificate"),
        MenuItem("本机构信息", reverse("organizations:mine"), "building"),
    ]
    return [MenuGroup("办班", work), MenuGroup("资料", keeping)]


def _returned(user: User) -> QuerySet[TrainingClass]:
    own = reach(user).organizations
    return classes.visible_to(user).filter(status=Status.RETURNED, provider__uid__in=own)


def _teaching(user: User) -> list[MenuGroup]:
    items = [MenuItem("培训班", reverse("classes:list"), "list-details")]
    if reach(user).has(Role.EXAMINER):
        items.append(MenuItem("实操考核", reverse("classes:examiner"), "clipboard-check"))
        items.append(MenuItem("答卷复核与申诉", reverse("classes:reviews"), "scale"))
        items.append(MenuItem("身份核验", reverse("identity:checks"), "face-id"))
    return [MenuGroup("教学", items)]


def _expert() -> list[MenuGroup]:
    items = [
        MenuItem("我的诊疗", reverse("visits:today"), "heart-handshake"),
        MenuItem("我登记的隐患", reverse("hazards:mine"), "alert-triangle"),
        MenuItem("检查清单", reverse("visits:checklists"), "list-check"),
    ]
    return [MenuGroup("诊疗", items)]


def _enterprise(user: User) -> list[MenuGroup]:
    organization = booking_organization(user)
    if organization is None:
        waiting = [MenuItem("本企业登记", reverse("organizations:mine"), "building")]
        return [MenuGroup("本企业", waiting)]
    work = [
        MenuItem("预约培训", reverse("bookings:browse"), "calendar-event"),
        MenuItem(
            "我的预约",
            reverse("bookings:mine"),
            "list-check",
            lambda: bookings.short_of_names(organization).count(),
        ),
        MenuItem("培训进度", reverse("desks:progress"), "chart-line"),
    ]
    keeping = [
        MenuItem("花名册", reverse("identity:roster", args=[organization.uid]), "users"),
        _wishes(),
        MenuItem("参保核对", reverse("identity:insured_of", args=[organization.uid]), "list-check"),
        MenuItem("证书台账", reverse("archives:certificates"), "certificate"),
        MenuItem("一企一档", reverse("desks:enterprise", args=[organization.uid]), "archive"),
        MenuItem("本企业登记", reverse("organizations:mine"), "building"),
    ]
    hurt = [
        MenuItem("报工伤快报", reverse("injuries:report"), "send"),
        MenuItem("工伤案件", reverse("injuries:ledger"), "report"),
        MenuItem("本行业工伤分布", reverse("insights:injuries"), "map"),
    ]
    safety = [
        MenuItem(
            "隐患",
            reverse("hazards:ledger"),
            "alert-triangle",
            lambda: hazards.waiting_for(user, now()).count(),
        ),
        MenuItem("上报隐患", reverse("hazards:report"), "camera"),
        MenuItem("自查与专家诊疗", reverse("visits:mine"), "clipboard-check"),
    ]
    named = [
        MenuItem(
            "安全指标",
            reverse("exemplars:indicators", args=[organization.uid]),
            "shield-check",
        ),
        MenuItem(
            "指标申报",
            reverse("exemplars:declarations"),
            "file-certificate",
            lambda: declarations.waiting_for(user),
        ),
        MenuItem("示范企业", reverse("exemplars:ledger"), "award"),
    ]
    return [
        MenuGroup("培训", work),
        MenuGroup("隐患", safety),
        MenuGroup("示范", named),
        MenuGroup("工伤", hurt),
        MenuGroup("本企业", keeping),
    ]


def _looking_after(user: User) -> MenuGroup:
    whole = looks_after_all(user)
    items = [MenuItem("账号", reverse("accounts:people"), "users")]
    items.append(MenuItem("角色确认与到期", reverse("accounts:roles"), "user-check"))
    if whole:
        items.append(MenuItem("权限一览", reverse("accounts:matrix"), "lock"))
    if is_operator(user):
        items += _privacy()
        items.append(MenuItem("收件口", reverse("intake:live"), "clock"))
    return MenuGroup("账号与运维" if is_operator(user) else "账号", items)


def _own(user: User) -> MenuGroup:
    items = [MenuItem("通知", reverse("notices:inbox"), "bell", lambda: unread_count(user))]
    if user.has_usable_password():
        items.append(MenuItem("账号安全", reverse("accounts:security"), "shield-check"))
    return MenuGroup("", items)


def _once(groups: list[MenuGroup]) -> list[MenuGroup]:
    """Every address once, in the first group that names it; empty groups fall away."""
    seen: set[str] = set()
    kept = []
    for group in groups:
        items = [item for item in group.items if item.url not in seen]
        seen.update(item.url for item in items)
        if items:
            kept.append(MenuGroup(group.label, items))
    return kept
