"""The ``requires`` graph of controls and what follows from it: order, cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx


def requires_graph(requires: Mapping[str, Sequence[str]]) -> nx.DiGraph[str]:
    """Edges from a control to each control it requires; unknown ids are left out."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(requires))
    graph.add_edges_from((c, r) for c in sorted(requires) for r in requires[c] if r in requires)
    return graph


def order_of(requires: Mapping[str, Sequence[str]]) -> list[str]:
    """Control ids, prerequisites first, ties by id.  The graph must be acyclic."""
    return list(nx.lexicographical_topological_sort(requires_graph(requires).reverse(copy=True)))


def cycles(requires: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """One example cycle per strongly connected component that has one, each starting at its smallest id."""
    found = []
    graph = requires_graph(requires)
    for component in nx.strongly_connected_components(graph):
        part = graph.subgraph(component)
        if len(component) > 1 or any(part.has_edge(n, n) for n in component):
            nodes = [edge[0] for edge in nx.find_cycle(part)]
            start = nodes.index(min(nodes))
            found.append(nodes[start:] + nodes[:start])
    return sorted(found)


def downstream(requires: Mapping[str, Sequence[str]], control: str) -> set[str]:
    """Controls that rest on *control*, directly or not."""
    return set(nx.ancestors(requires_graph(requires), control))
