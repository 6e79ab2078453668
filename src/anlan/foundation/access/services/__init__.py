"""Writing: roles, passwords and codes, locks, sessions, links to the single sign-on."""
