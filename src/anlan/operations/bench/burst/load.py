"""The phones: `python -m anlan.operations.bench.burst.load PLAN RESULT`, standard library only.

A plan is `{"port", "lanes", "visitors": [{"token", "at", "steps": [{"path", "body", "key"}]}]}`.
A lane is one connection that stays open; each takes the next visitor whose time has come and walks
through its steps. `"%name%"` in a body stands for what an earlier answer of the same visitor called
`name`. A 503 is asked again after `Retry-After` with jitter, a broken connection at once, as the
pages do. The result is `{"wall_s", "calls": [[visitor, step, status, ms, tries]], "answers"}`.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
MOST_TRIES = 12  # unless the plan says "tries"


class Broken(Exception):
    """The connection ended before the answer had come."""


class Lane:
    """One connection to the site, opened when it is needed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, head: bytes, body: bytes) -> tuple[int, dict[str, str], bytes]:
        try:
            if self.writer is None or self.reader is None:
                self.reader, self.writer = await asyncio.open_connection(HOST, self.port)
            self.writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            return await self._answer(self.reader)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as broken:
            self.close()
            raise Broken from broken

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
        top = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [line.split(": ", 1) for line in top[1:] if ": " in line]
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(top[0].split()[1]), headers, body

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Crowd:
    """All visitors of a plan, and what each call came to."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.tries: int = plan.get("tries", MOST_TRIES)
        self.waiting = list(enumerate(plan["visitors"]))[::-1]
        self.calls: list[list[Any]] = []
        self.answers: dict[str, Any] = {}
        self.began = 0.0

    async def come(self) -> dict[str, Any]:
        self.began = time.monotonic()
        await asyncio.gather(*(self._lane() for _ in range(self.plan["lanes"])))
        wall = time.monotonic() - self.began
        return {"wall_s": wall, "calls": self.calls, "answers": self.answers}

    async def _lane(self) -> None:
        lane = Lane(self.plan["port"])
        while self.waiting:
            no, visitor = self.waiting.pop()
            early = self.began + visitor.get("at", 0.0) - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            await self._visit(lane, no, visitor)
        lane.close()

    async def _visit(self, lane: Lane, no: int, visitor: dict[str, Any]) -> None:
        known: dict[str, Any] = {}
        for place, step in enumerate(visitor["steps"]):
            began = time.monotonic()
            status, body, tries = await self._insist(lane, visitor["token"], step, known)
            ms = (time.monotonic() - began) * 1000
            self.calls.append([no, place, status, round(ms, 3), tries])
            if status == 200:
                known |= {k: v for k, v in json.loads(body).items() if isinstance(v, str | int)}
            else:
                self.answers.setdefault(str(status), body.decode("utf-8", "replace")[:300])

    async def _insist(
        self, lane: Lane, token: str, step: dict[str, Any], known: dict[str, Any]
    ) -> tuple[int, bytes, int]:
        text = json.dumps(step["body"])
        for name, value in known.items():
            text = text.replace(f'"%{name}%"', json.dumps(value))
        head = _head(step["path"], token, step.get("key", ""))
        status, body = 0, b""
        for tries in range(1, self.tries + 1):
            try:
                status, headers, body = await lane.ask(head, text.encode())
            except Broken:
                status, headers = 0, {}
            if status not in (0, 503):
                return status, body, tries
            await asyncio.sleep(float(headers.get("retry-after", 0.2)) * random.uniform(0.5, 1))
        return status, body, self.tries


def _head(path: str, token: str, key: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        "Content-Type: application/json",
        f"Cookie: anlan_pass={token}; anlan_device={'0' * 32}; sessionid={'0' * 32}",
        "User-Agent: Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 MicroMessenger/8.0",
        "Accept: application/json",
    ]
    if key:
        lines.append(f"Idempotency-Key: {key}")
    return "\r\n".join([*lines, ""]).encode()


def main(plan: str, result: str) -> None:
    crowd = Crowd(json.loads(Path(plan).read_text("utf-8")))
    Path(result).write_text(json.dumps(asyncio.run(crowd.come())), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
