"""Coordinate systems by PROJ, which fetches no grids: the only room that opens pyproj late."""

from __future__ import annotations

import pyproj
from pyproj import CRS as CRS
from pyproj import Transformer as Transformer

pyproj.network.set_network_enabled(False)  # whatever the environment says
