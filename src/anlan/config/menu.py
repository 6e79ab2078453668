"""The menus: which pages a role finds where. A list, no logic."""

from anlan.foundation.accounts.models import User
from anlan.foundation.ui.menu import MenuGroup, MenuItem


def menu_for(user: User) -> list[MenuGroup]:
    """The side menu of a desk page."""
    return []


def tabs_for(user: User) -> list[MenuItem]:
    """The tabs at the bottom of a phone page."""
    return []
