"""The menus: which pages a role finds where. A list, no logic."""
