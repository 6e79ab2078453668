"""The cheapest largest flow through a network of whole numbers.

Successive shortest paths (R. Busacker and P. Gowen, 1960): each augmentation follows a path of
least cost in the residual network, found by Bellman and Ford's labels in a queue. Costs may be
negative; a cycle of negative cost may not. Made for networks of some tens of nodes: an augmentation
costs at most nodes × edges steps, and there are at most as many as units flow.
"""

from collections import deque
from dataclasses import dataclass, field

ENOUGH = 10**12


@dataclass(slots=True)
class _Edge:
    to: int
    room: int
    cost: int
    back: int  # where the opposite edge stands among those of `to`


@dataclass
class Network:
    """Nodes are numbers from 0; `edge` names each edge by a pair to ask `flow_on` with."""

    edges: list[list[_Edge]] = field(default_factory=list)

    def node(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def edge(self, start: int, end: int, capacity: int, cost: int = 0) -> tuple[int, int]:
        there, back = self.edges[start], self.edges[end]
        there.append(_Edge(end, capacity, cost, len(back)))
        back.append(_Edge(start, 0, -cost, len(there) - 1))
        return start, len(there) - 1

    def flow_on(self, name: tuple[int, int]) -> int:
        """How much flows on an edge, after `push`."""
        edge = self.edges[name[0]][name[1]]
        return self.edges[edge.to][edge.back].room

    def push(self, source: int, sink: int) -> int:
        """Send as much as can flow, as cheaply as it can; returns how much."""
        total = 0
        while (path := self._cheapest(source, sink)) is not None:
            amount = min(edge.room for edge in path)
            for edge in path:
                edge.room -= amount
                self.edges[edge.to][edge.back].room += amount
            total += amount
        return total

    def _cheapest(self, source: int, sink: int) -> list[_Edge] | None:
        costs = [ENOUGH] * len(self.edges)
        by: list[tuple[int, _Edge] | None] = [None] * len(self.edges)
        costs[source] = 0
        queue, waits = deque([source]), {source}
        while queue:
            node = queue.popleft()
            waits.discard(node)
            for edge in self.edges[node]:
                cost = costs[node] + edge.cost
                if edge.room and cost < costs[edge.to]:
                    costs[edge.to], by[edge.to] = cost, (node, edge)
                    if edge.to not in waits:
                        waits.add(edge.to)
                        queue.append(edge.to)
        return _path(by, sink)


def _path(by: list[tuple[int, _Edge] | None], sink: int) -> list[_Edge] | None:
    path: list[_Edge] = []
    step = by[sink]
    while step is not None:
        path.append(step[1])
        step = by[step[0]]
    return path or None
