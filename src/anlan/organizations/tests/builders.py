"""What the stories of this room begin with."""

from typing import Any

from anlan.foundation.accounts.models import User
from anlan.foundation.accounts.services import open_account
from anlan.lib import uscc
from anlan.organizations.models import Organization
from anlan.organizations.services import Facts, register_organization
from anlan.testing.cast import NOW, PASSWORD

SOMEBODYS_PHONE = "15400000088"


def some_facts(**other: Any) -> Facts:
    """An enterprise of 历城区 that is not registered yet."""
    facts: dict[str, Any] = {
        "kind": "employer",
        "uscc": uscc.synthetic(77),
        "name": "明湖机械（演示）有限公司",
        "industry": "C3411",
        "district": "370112",
        "hazardous": False,
        "headcount": 86,
        "address": "历城区样例路 7 号",
        "contact_name": "赵样例",
        "contact_phone": SOMEBODYS_PHONE,
    } | other
    return Facts(**facts)  # type: ignore[no-any-return,typeddict-item]


def a_newcomer() -> User:
    return open_account(username="newcomer", name="赵样例", password=PASSWORD, synthetic=True)


def a_registration(**other: Any) -> Organization:
    """A pending registration by a newcomer."""
    return register_organization(by=a_newcomer(), at=NOW, synthetic=True, **some_facts(**other))
