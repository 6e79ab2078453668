"""Who stands ready in every story: officials, provider, enterprise, learner, outsider."""

from dataclasses import dataclass
from datetime import UTC, datetime

from anlan.foundation.accounts.models import Role, ScopeKind, User
from anlan.foundation.accounts.services import give_role, open_account
from anlan.lib import idnumber, uscc
from anlan.organizations.models import Kind, Organization, Status
from anlan.testing.scenes import remembered

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Jinan
PASSWORD = "An-Lan-2026"


def an_organization(name: str, kind: Kind, serial: int, **fields: object) -> Organization:
    """An approved organisation of 历城区."""
    facts: dict[str, object] = {
        "district": "370112",
        "industry": "C2614",
        "key_industry": "hazchem",
        "hazardous": True,
        "headcount": 120,
        "status": Status.APPROVED,
        "registered_at": NOW,
        "is_synthetic": True,
        "address": "历城区样例路 1 号",
    } | fields
    return Organization.objects.create(name=name, kind=kind, uscc=uscc.synthetic(serial), **facts)


def a_user(username: str, name: str, role: Role, scope: ScopeKind, key: object = "") -> User:
    """A user with one role and a known password."""
    user = open_account(username=username, name=name, password=PASSWORD, synthetic=True)
    give_role(user, role, scope, str(key), by=None, at=NOW, reason="测试")
    return user


def an_id_number(serial: int) -> str:
    """A valid ID number of nobody: born 1990-01-01 in 历下区, told apart by its serial."""
    return idnumber.synthetic("370102", datetime(1990, 1, 1, tzinfo=UTC).date(), serial)


@dataclass(frozen=True)
class Cast:
    """Everybody that a story needs; rivals are outsiders with the same roles elsewhere."""

    provider: Organization
    rival_provider: Organization
    enterprise: Organization
    rival_enterprise: Organization
    city_official: User
    district_official: User
    other_district_official: User
    class_manager: User
    trainer_user: User
    examiner: User
    safety_officer: User
    rival_manager: User
    rival_officer: User
    outsider: User


@remembered
def the_cast() -> Cast:
    """Put the cast on the stage."""
    provider = an_organization("安济培训学校（演示）", Kind.PROVIDER, 1)
    rival = an_organization("别家培训中心（演示）", Kind.PROVIDER, 2, district="370113")
    enterprise = an_organization("泉化新材料（演示）有限公司", Kind.EMPLOYER, 3)
    other = an_organization("别家机械（演示）有限公司", Kind.EMPLOYER, 4, district="370113")
    organization = ScopeKind.ORGANIZATION
    return Cast(
        provider=provider,
        rival_provider=rival,
        enterprise=enterprise,
        rival_enterprise=other,
        city_official=a_user("city", "市级监管员", Role.CITY_OFFICIAL, ScopeKind.CITY),
        district_official=a_user(
            "district", "历城经办", Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, "370112"
        ),
        other_district_official=a_user(
            "district2", "长清经办", Role.DISTRICT_OFFICIAL, ScopeKind.DISTRICT, "370113"
        ),
        class_manager=a_user("manager", "班主任", Role.CLASS_MANAGER, organization, provider.uid),
        trainer_user=a_user("trainer", "讲师", Role.TRAINER, organization, provider.uid),
        examiner=a_user("examiner", "考官", Role.EXAMINER, organization, provider.uid),
        safety_officer=a_user(
            "officer", "安全员", Role.SAFETY_OFFICER, organization, enterprise.uid
        ),
        rival_manager=a_user("rival", "别家班主任", Role.CLASS_MANAGER, organization, rival.uid),
        rival_officer=a_user(
            "rivalofficer", "别家安全员", Role.SAFETY_OFFICER, organization, other.uid
        ),
        outsider=open_account(username="outsider", name="外人", password=PASSWORD),
    )
