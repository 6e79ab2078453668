"""The demonstration city: synthetic, deterministic by seed, marked as such on every page.

`bulk` and `people` are the only bulk writers of the platform; a test holds them equal to the
services. Classes to be played with (`live`) go through the services themselves.
"""
