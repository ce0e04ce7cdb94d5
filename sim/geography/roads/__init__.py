"""From roads to seconds: graph, network, folding, tables, travel; none opens a later one."""
