"""Writes of the room: files of cases, 快报, 认定, 鉴定."""
