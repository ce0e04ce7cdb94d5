"""The page of a replayed day read back: where its ambulances are drawn, from its very bytes."""

from __future__ import annotations

import base64
import gzip
import json
import re
from bisect import bisect_left
from typing import NamedTuple

import numpy as np

SHARES = 4096


def blocks(page):
    """The packed parts of a page by their names."""
    found = re.findall(r'<script type="application/octet-stream" id="([\w-]+)">([^<]*)<', page)
    return {name: gzip.decompress(base64.b64decode(text)) for name, text in found}


class Numbers:
    """Whole numbers of a few bytes each, one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def next(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self):
        value = self.next()
        return -(value + 1) // 2 if value % 2 else value // 2

    @property
    def ended(self):
        return self.at == len(self.data)


def lines(data):
    """(rank, [point, 2]) of each road."""
    numbers, found, x, y = Numbers(data), [], 0, 0
    for _ in range(numbers.next()):
        head = numbers.next()
        points = []
        for _ in range(head // 4 + 2):
            x, y = x + numbers.signed(), y + numbers.signed()
            points.append((x, y))
        found.append((head % 4, np.array(points, float)))
    assert numbers.ended
    return found


class DrawnDrive(NamedTuple):
    """A drive as the page draws it."""

    began: int
    start: tuple[float, float]
    until: list[int]  # [stretch]
    stretches: list[tuple]  # (road or None, from, to, where it begins, where it ends)


class ReplayedDay:
    """Everything that the page of a day holds."""

    def __init__(self, page):
        parts = blocks(page)
        self.facts = json.loads(parts["facts"])
        self.roads = [points for _, points in lines(parts["roads"])]
        corner, whole = self.facts["corner"], self.facts["whole"]
        middle = (corner[1] + (whole[1] + whole[3]) / 2) / 1e5
        self.squeeze = np.array([np.cos(np.radians(middle)), 1.0])
        self.far = []
        for points in self.roads:
            steps = np.hypot(*(np.diff(points, axis=0) * self.squeeze).T)
            self.far.append(np.concatenate([[0.0], np.cumsum(steps)]))
        self.drives = [
            self._drives(parts[f"drives-{row}"], layout["fleet"])
            for row, layout in enumerate(self.facts["layouts"])
        ]

    def on_road(self, road, share):
        far, points = self.far[road], self.roads[road]
        return tuple(np.interp(share * far[-1], far, column) for column in points.T)

    def _drives(self, data, fleet):
        numbers, after, took, found = Numbers(data), {}, {}, []
        for *_, x, y in fleet:
            own, now, here = [], 0, (x, y)
            for _ in range(numbers.next()):
                now += numbers.signed()
                drive, last = DrawnDrive(now, here, [], []), -1
                for _ in range(numbers.next()):
                    code = numbers.next()
                    if code == 1:
                        road, start, end = (numbers.next() for _ in range(3))
                        now += numbers.next()
                        part = road, start / SHARES, end / SHARES
                        to = self.on_road(road, end / SHARES)
                    elif code == 2:
                        to = numbers.signed(), numbers.signed()
                        now += numbers.next()
                        part = None, 0.0, 1.0
                    else:
                        way = code - 3 if code else after[last]
                        seconds = numbers.signed() + took.get(way, 0)
                        after[last], took[way], last = way, seconds, way
                        now += seconds
                        road, back = divmod(way, 2)
                        part, to = (road, float(back), 1.0 - back), self.on_road(road, 1.0 - back)
                    drive.until.append(now)
                    drive.stretches.append((*part, here, to))
                    here = to
                own.append(drive)
            found.append(own)
        assert numbers.ended
        return found

    def place(self, layout, who, at):
        """Where an ambulance is drawn at a second after midnight, in 1e-5 degrees."""
        *_, x, y = self.facts["layouts"][layout]["fleet"][who]
        begun = [drive for drive in self.drives[layout][who] if drive.began <= at]
        if not begun:
            return x, y
        drive = begun[-1]
        if not drive.until or at >= drive.until[-1]:
            return drive.stretches[-1][4] if drive.stretches else drive.start
        row = bisect_left(drive.until, at)
        since = drive.until[row - 1] if row else drive.began
        road, start, end, here, to = drive.stretches[row]
        done = (at - since) / (drive.until[row] - since) if drive.until[row] > since else 1.0
        if road is None:
            return tuple(a + done * (b - a) for a, b in zip(here, to, strict=True))
        return self.on_road(road, start + done * (end - start))

    def metres(self, one, other):
        """Between two places of the page."""
        return float(np.hypot(*((np.array(one) - other) * self.squeeze))) * 1.113
