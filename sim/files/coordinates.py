"""Chinese map grids: GCJ-02 (Amap, Tencent) and BD-09 (Baidu) to WGS84, as GPS and OSM have it.

The published formulas (Krasovsky ellipsoid, as in the open-source `eviltransform`). GCJ-02 has no
exact inverse, so it is found by iteration, to a few millimetres. Outside China nothing is shifted.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

A: Final = 6_378_245.0  # Krasovsky 1940, metres
EE: Final = 0.006_693_421_622_965_943
BD_PI: Final = np.pi * 3000.0 / 180.0
CHINA: Final = (72.004, 137.8347, 0.8293, 55.8271)  # west, east, south, north


def to_wgs84(lon: Any, lat: Any, coordinates: str) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of the named grid (wgs84, gcj02 or bd09) as WGS84 degrees."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    if coordinates == "bd09":
        lon, lat = gcj02_of_bd09(lon, lat)
    if coordinates in ("gcj02", "bd09"):
        lon, lat = wgs84_of_gcj02(lon, lat)
    return lon, lat


def in_china(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Within the rectangle in which the grid is shifted."""
    west, east, south, north = CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def gcj02_of_wgs84(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    magic = 1 - EE * np.sin(np.radians(lat)) ** 2
    d_lat = np.degrees(north * magic * np.sqrt(magic) / (A * (1 - EE)))
    d_lon = np.degrees(east * np.sqrt(magic) / (A * np.cos(np.radians(lat))))
    shifted = in_china(lon, lat)
    return np.where(shifted, lon + d_lon, lon), np.where(shifted, lat + d_lat, lat)


def wgs84_of_gcj02(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    """The WGS84 place whose GCJ-02 is given; five rounds bring it within millimetres."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    guess_lon, guess_lat = lon, lat
    for _ in range(5):
        there_lon, there_lat = gcj02_of_wgs84(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    shifted = in_china(lon, lat)
    return np.where(shifted, guess_lon, lon), np.where(shifted, guess_lat, lat)


def bd09_of_gcj02(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    far = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * BD_PI)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * BD_PI)
    return far * np.cos(angle) + 0.0065, far * np.sin(angle) + 0.006


def gcj02_of_bd09(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = np.asarray(lon, float) - 0.0065, np.asarray(lat, float) - 0.006
    far = np.hypot(lon, lat) - 0.000_02 * np.sin(lat * BD_PI)
    angle = np.arctan2(lat, lon) - 0.000_003 * np.cos(lon * BD_PI)
    return far * np.cos(angle), far * np.sin(angle)
