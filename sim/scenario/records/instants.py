"""The columns of times of one file, in the standard time of the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

import numpy as np

from sim.geography.bundle import Map
from sim.scenario.records import clocks, codes, times
from sim.scenario.records.faults import Fault
from sim.scenario.records.oddities import Oddity
from sim.scenario.settings.replay import Replay
from sim.scenario.validation import Problems
from sim.text import Message


class Instants:
    """Reads the column of calls first; what that one shows of days and clocks holds for all."""

    def __init__(
        self, asked: Replay, usual: str, lines: Sequence[int], ground: Map, problems: Problems
    ):
        self.lines, self.ground, self.problems = lines, ground, problems
        self.format = times.check_format(asked.time_format, problems.at("replay.time_format"))
        self.zone = clocks.clock(asked.time_zone, problems.at("replay.time_zone"))
        self.local = clocks.clock(asked.local_time, problems.at("replay.local_time")) or self.zone
        self.usual = usual
        self.dates_only = False
        self.notes: list[Message] = []
        self.odd: list[Oddity] = []

    def received(self, texts: Sequence[str], header: str) -> tuple[np.ndarray, list[Fault]]:
        """[row] when calls were received, local; what cannot be read, row by row or whole, is
        told."""
        column = times.read(texts, header, self.lines, self.format, self.usual, self.problems)
        self.usual = column.order or self.usual
        self.dates_only = column.dates_only
        if column.order and column.order != self.format:
            self.notes.append(
                Message('in "{header}" the day comes first', header=header)
                if column.order == times.DAY_FIRST
                else Message('in "{header}" the month comes first', header=header)
            )
        offsets = clocks.offsets_of(column.offset)
        said = np.isfinite(offsets)
        if said.any() and not self._can_be_moved(texts, said, ~said & ~np.isnat(column.at), header):
            return column.at, column.faults
        if self.local is None or np.isnat(column.at).all():
            return column.at, column.faults
        return self._moved(column.at, offsets, self.local), column.faults

    def _can_be_moved(
        self, texts: Sequence[str], said: np.ndarray, silent: np.ndarray, header: str
    ) -> bool:
        """Whether it is known what times with an offset are at the place; told if it is not."""
        if self.zone is None and silent.any():
            self.problems.at(header).tell(
                Message(
                    "some times say their time zone ({one}), others do not ({other}): say which "
                    "clock these are of with `time_zone`, like Asia/Shanghai",
                    one=texts[int(said.argmax())], other=texts[int(silent.argmax())],
                )
            )  # fmt: skip
        elif self.local is None:
            self.problems.at(header).tell(
                Message(
                    "the times say their time zone ({one}): say which clock the place has with "
                    "`time_zone`, like Asia/Shanghai",
                    one=texts[int(said.argmax())],
                )
            )
        else:
            return True
        return False

    def _moved(self, at: np.ndarray, offsets: np.ndarray, local: tzinfo) -> np.ndarray:
        """Times in the standard time of the place; what was done to them is noted."""
        standard = clocks.to_standard(at, offsets, self.zone, local)
        lon = self._longitude()
        if clocks.far_from_sun(standard.offset, lon):
            self.problems.at("replay.time_zone").tell(
                Message(
                    "the times are of {clock}, and the map lies at longitude {lon:.0f}: say which "
                    "clock the place has with `local_time`, like Asia/Shanghai",
                    clock=clocks.shown(standard.offset), lon=lon,
                )
            )  # fmt: skip
        moved = int((standard.at != at)[~np.isnat(at)].sum())
        if moved:
            self.notes.append(
                Message(
                    "times put into the standard time of {clock}, without daylight saving: {n}",
                    n=moved, clock=clocks.shown(standard.offset),
                )
            )  # fmt: skip
        if standard.repeated:
            self.notes.append(
                Message(
                    "times in the hour that the clock repeats in autumn: {n}, read as the first",
                    n=standard.repeated,
                )
            )
        if standard.missing:
            self.notes.append(
                Message(
                    "times in the hour that the clock skips in spring: {n}, read as standard time",
                    n=standard.missing,
                )
            )
        return standard.at

    def stamps(self, name: str, texts: Sequence[str], header: str) -> np.ndarray:
        """[row] another instant, NaT where there is none or it cannot be read; that is noted."""
        if not any(texts):
            return np.full(len(texts), "NaT", "datetime64[us]")
        quiet = Problems()
        column = times.read(texts, header, self.lines, self.format, self.usual, quiet)
        at = column.at
        if quiet or column.dates_only or (column.faults and np.isnat(at).all()):
            self.notes.append(Message('"{header}" cannot be read as instants', header=header))
            self.odd.append(self._none_read(texts, header, column))
            return np.full(len(texts), "NaT", "datetime64[us]")
        if column.faults:
            self.notes.append(
                Message(
                    'instants in "{header}" that cannot be read, like {found}: {n}',
                    n=len(column.faults), header=header,
                    found=codes.shown(texts[column.faults[0].row]),
                )
            )  # fmt: skip
        offsets = clocks.offsets_of(column.offset)
        if self.local is None:
            return self._beside_silent(at, offsets, header)
        return clocks.to_standard(at, offsets, self.zone, self.local).at

    def _none_read(self, texts: Sequence[str], header: str, column: times.TimeColumn) -> Oddity:
        """What has to be said of a column of which nothing can be read."""
        first = column.faults[0].row if column.faults else next(
            row for row, text in enumerate(texts) if text)  # fmt: skip
        whole = Message(
            'Nothing in "{header}" can be read as an instant, like {found} in line {line}: what '
            "rests on it is not fitted. Say how times are written with `time_format`, and write "
            "all alike.",
            header=header, found=codes.shown(texts[first]), line=self.lines[first],
        )  # fmt: skip
        return Oddity(whole, Message('Records: nothing read in "{header}".', header=header))

    def _beside_silent(self, at: np.ndarray, offsets: np.ndarray, header: str) -> np.ndarray:
        """[row] instants where those of the calls do not say their time zone, and it is not named.

        One and the same offset, which may be that of the place, is the clock that hangs there:
        times are taken as they stand. Of any other it is not known how far it is from that clock.
        """
        said = np.isfinite(offsets) & ~np.isnat(at)
        if not said.any():
            return np.where(np.isfinite(offsets), np.datetime64("NaT"), at)
        each, n = np.unique(offsets[said]), int(said.sum())
        if (
            len(each) == 1
            and each[0]
            and not clocks.far_from_sun(timedelta(seconds=float(each[0])), self._longitude())
        ):
            clock = clocks.shown(timedelta(seconds=float(each[0])))
            self.notes.append(
                Message(
                    'instants in "{header}" that say their time zone: {n}, all of {clock}, read as '
                    "the clock of the calls, which say none",
                    header=header, n=n, clock=clock,
                )
            )  # fmt: skip
            return at
        whole = Message(
            'Instants in "{header}" that say their time zone, where those of the calls say none: '
            "{n}. They are dropped, for nobody knows how far apart both clocks are: say it with "
            "`time_zone`, like Asia/Shanghai.",
            header=header, n=n,
        )  # fmt: skip
        brief = Message('Records: {n} instants in "{header}" dropped.', n=n, header=header)
        self.odd.append(Oddity(whole, brief))
        return np.where(np.isfinite(offsets), np.datetime64("NaT"), at)

    def _longitude(self) -> float:
        """Of the middle of the map."""
        return float(np.ravel(self.ground.lonlat(*self.ground.outline.centroid.coords[0])[0])[0])
