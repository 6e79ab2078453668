"""Licences that wait to be read."""

from anlan.organizations.licence_reading import read_next_licence as read_next_licence
