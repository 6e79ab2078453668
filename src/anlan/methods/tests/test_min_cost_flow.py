"""The cheapest largest flow, against a linear program that knows nothing of paths."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from anlan.methods.min_cost_flow import Network

NODES = 6
# Only forwards, so that no cycle of negative cost can arise.
EDGES = st.lists(
    st.tuples(
        st.integers(0, NODES - 2), st.integers(1, NODES - 1), st.integers(0, 4), st.integers(-5, 5)
    ).filter(lambda edge: edge[0] < edge[1]),
    max_size=12,
)


def _solved(edges: list[tuple[int, int, int, int]]) -> tuple[int, int]:
    """(flow, cost) by linear programming: first the most, then the cheapest of it."""
    balance = np.zeros((NODES, len(edges)))
    for at, (start, end, _capacity, _cost) in enumerate(edges):
        balance[start, at] -= 1
        balance[end, at] += 1
    inner, out = balance[1:-1], -balance[0]
    bounds = [(0, capacity) for _, _, capacity, _ in edges]
    zero = np.zeros(NODES - 2)
    most = linprog(-out, A_eq=inner, b_eq=zero, bounds=bounds)
    flow = -most.fun
    costs = np.array([cost for *_, cost in edges], dtype=float)
    cheapest = linprog(
        costs, A_eq=np.vstack([inner, out]), b_eq=np.append(zero, flow), bounds=bounds
    )
    return round(flow), round(cheapest.fun)


@settings(max_examples=60, deadline=None)
@given(EDGES)
def test_as_much_and_as_cheap_as_the_linear_program(edges: list[tuple[int, int, int, int]]) -> None:
    network = Network()
    for _ in range(NODES):
        network.node()
    names = [network.edge(*edge) for edge in edges]
    flow = network.push(0, NODES - 1)
    cost = sum(network.flow_on(n) * e[3] for n, e in zip(names, edges, strict=True))
    if edges:
        assert (flow, cost) == _solved(edges)
    else:
        assert (flow, cost) == (0, 0)
