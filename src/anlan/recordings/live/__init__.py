"""Recordings that are being made: chunks or streams in, segments and their hashes out.

`inbox` and `services` serve the site; `runs`, `takes` and `recorder` run in `anlan record` alone,
which is the only process that starts ffmpeg.
"""
