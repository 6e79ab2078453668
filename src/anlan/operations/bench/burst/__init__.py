"""Bursts: a served site in its own processes, phones that ask it all at once, and what it cost.

The load comes from a process apart (`load`), whose CPU isn't counted; what is counted is every
process of the site and of the database (`site`).
"""
