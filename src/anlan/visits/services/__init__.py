"""Verbs of this room, by topic: checklists, inspecting, arranging, visiting, escalating."""
