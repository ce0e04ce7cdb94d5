"""How calls end, as settings: what was fitted and what the base says are never more than all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim.fitting import allowed, class_shares
from sim.fitting.shares import ShareRow, SharesFit
from sim.fitting.stages import DurationsFit
from sim.fitting.written_fit import Fitted
from sim.measures.intervals import NOTHING_KNOWN
from sim.scenario.settings.endings import ending_of
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Condition, DemandSettings

NAMES: Final = ("nobody_found", "transported", "treated_at_scene")  # as their settings are called
YIELDING: Final = ("treated_at_scene", "nobody_found", "transported")  # the first one first
NEARLY: Final = 1e-9


def write(
    base: Scenario, durations: DurationsFit, shares: SharesFit, demand: dict[str, Any],
    assumed: list[Message], least: int = 0,
) -> None:  # fmt: skip
    """Put into `demand` who is conveyed, who stays and how long; by condition if the base has some.

    What was fitted comes before what the base says: that yields where both would be more than all
    calls. `least`: how few calls of a condition are not told.
    """
    if shares.cancelled is not None:
        assumed.append(
            Message(
                "Calls that were cancelled ({n}) are calls like others: nobody knows how long "
                "their callers would have waited.",
                n=shares.cancelled.having,
            )
        )
    assumed += shares.remarks
    if shares.conveyed is None:
        if not shares.remarks:
            assumed.append(
                Message(
                    "The share that is conveyed is that of the base: the records do not say it."
                )
            )
        return
    if not base.map.hospitals:
        assumed.append(Message("Nobody is conveyed, as in the base: the map has no hospital."))
        return
    _CallEnds(base, durations, shares, demand, assumed, least).put(shares.conveyed)


def share_of(row: ShareRow) -> Fitted:
    """A share with what it rests on."""
    return Fitted(f"{100 * row.share.mean:.2f} %", row.n, allowed.percent(row.share))


def to_hundred(shares: Sequence[float]) -> list[str]:
    """Percentages of two decimals that are 100 together, the largest takes the rest."""
    hundredths = [round(1e4 * share) for share in shares]
    hundredths[int(np.argmax(hundredths))] += 10_000 - sum(hundredths)
    return [f"{value / 100:.2f} %" for value in hundredths]


class _End(NamedTuple):
    """One way in which calls end: its share, how it is written, and whether it was fitted."""

    share: float
    written: Any
    fitted: bool = False

    def reduced(self, share: float) -> _End:
        text = f"{100 * share:.2f} %"
        if isinstance(self.written, Mapping):
            return _End(share, {**self.written, "share": text})
        return _End(share, text)


class _CallEnds:
    def __init__(
        self, base: Scenario, durations: DurationsFit, shares: SharesFit, demand: dict[str, Any],
        assumed: list[Message], least: int,
    ):  # fmt: skip
        self.settings, self.shares, self.demand = base.settings.demand, shares, demand
        self.assumed, self.least = assumed, least
        self.before: Mapping[str, Any] = base.written.get("demand") or {}
        stays = durations.of("on_scene", "stays")
        setting = "demand.treated_at_scene.on_scene"
        self.stays = None if stays is None else allowed.law(stays, setting, assumed)

    def put(self, conveyed: ShareRow) -> None:
        before = {name: _said(self.before, self.settings, name) or _End(0.0, None)
                  for name in NAMES}  # fmt: skip
        if self.shares.nobody_found is not None:
            written: Any = share_of(self.shares.nobody_found)
            if isinstance(before["nobody_found"].written, Mapping):
                written = {"share": written}  # how long that takes is as in the base
            before["nobody_found"] = _End(self.shares.nobody_found.share.mean, written, True)
        now = self._settled(before, conveyed, conveyed.n - conveyed.having, "demand")
        for name, end in now.items():
            if end.fitted or end != before[name]:
                self.demand[name] = end.written
            elif end.share:
                self.assumed.append(
                    Message(
                        "`{setting}` is kept as in the base, at {share}: the records do not say "
                        "it.",
                        setting=f"demand.{name}", share=_percentage(end.share),
                    )
                )  # fmt: skip
        if self.settings.conditions:
            self._conditions(now)

    def _settled(
        self, before: Mapping[str, _End], conveyed: ShareRow | None, staying: int, where: str
    ) -> dict[str, _End]:
        """All ways to end, with what was fitted, no more than all calls together.

        `conveyed`: as fitted, if it was; `staying`: of how many the share that stays is known.
        """
        now, share = dict(before), 0.0
        if conveyed is not None:
            nobody = before["nobody_found"]
            share = min(conveyed.share.mean, _down(1 - nobody.share) if nobody.fitted else 1.0)
            row = conveyed._replace(share=conveyed.share._replace(mean=share))
            now["transported"] = _End(round(share, 4), share_of(row), True)
            if self.stays is not None:
                now["treated_at_scene"] = _End(0.0, None, True)
        # Of all calls together nothing is more than all where each is of some condition.
        of_some = where == "demand" and self.settings.conditions
        for name in () if of_some else YIELDING:  # what the base says
            over = sum(round(one.share, 4) if one.fitted else one.share for one in now.values()) - 1
            here = now[name]
            if over > NEARLY and here.share and not here.fitted:
                less = max(_down(here.share - over + NEARLY), 0.0)
                now[name] = here.reduced(less)
                self.assumed.append(
                    Message(
                        "`{setting}` is {now} and not {before}, for with what was fitted more than "
                        "100 % of calls would end.",
                        setting=f"{where}.{name}", now=_percentage(less),
                        before=_percentage(here.share),
                    )
                )  # fmt: skip
        if conveyed is not None and self.stays is not None:
            rest = max(_down(1 - now["nobody_found"].share - share) - 1e-4, 0.0)
            written = {"share": Fitted(f"{100 * rest:.2f} %", staying), "on_scene": self.stays}
            now["treated_at_scene"] = _End(rest, written, True)
        return now

    # ── by condition ────────────────────────────────────────────────────────────────────────

    def _conditions(self, of_all: Mapping[str, _End]) -> None:
        """The base's conditions with what was fitted; not written if they stay as they are."""
        written = [dict(one) for one in self.before["conditions"]]
        rows = {row.name.casefold(): at for at, row in enumerate(self.shares.conditions)}
        same = {one.name.casefold() for one in self.settings.conditions} == rows.keys()
        if same:
            self._shares_of_conditions(written, rows)
        else:
            self.assumed.append(
                Message(
                    "Shares of conditions are those of the base: the records have not the same."
                )
            )
        changed = same
        for one, settings in zip(written, self.settings.conditions, strict=True):
            taken = self.shares.conveyed_of[rows[settings.name.casefold()]] if same else None
            if taken is not None and of_all["nobody_found"].fitted:
                one.pop("nobody_found", None)
            before = {}
            for name in NAMES:
                own = _said(one, settings, name) if name in one else None
                before[name] = own or _End(round(of_all[name].share, 4), of_all[name].written)
            if taken is not None and of_all["nobody_found"].fitted:
                before["nobody_found"] = of_all["nobody_found"]
            now = self._settled(
                before, taken, taken.n if taken else 0, f"demand.conditions.{settings.name}"
            )
            ends = {name: end.written for name, end in now.items() if end != before[name]}
            one |= ends
            changed |= bool(ends)
        if changed:
            self.demand["conditions"] = written

    def _shares_of_conditions(
        self, written: Sequence[dict[str, Any]], rows: Mapping[str, int]
    ) -> None:
        """How often conditions are, among the calls of each priority where that is known."""
        known = self.demand.get("priorities")
        names = [one["name"] for one in known] if known else [
            one.name for one in self.settings.priorities]  # fmt: skip
        recorded = [row.name for row in self.shares.priorities]
        each = [self._written(of, name) for of, name in
                zip(self.shares.conditions_of, recorded, strict=False)]  # fmt: skip
        apart = 0 < len(recorded) == len(each)
        apart &= {name.casefold() for name in recorded} == {name.casefold() for name in names}
        whole = self._written(self.shares.conditions, None)
        for one in written:
            at = rows[one["name"].casefold()]
            one["share"] = whole[at]
            if apart:
                by_name = zip(recorded, each, strict=True)
                one["share"] = {name: row[at] for name, row in by_name}

    def _written(self, of: Sequence[ShareRow], priority: str | None) -> list[Fitted]:
        """[condition] its share among the calls of a priority, or of all."""
        conditions = self.shares.conditions
        of = of or [row._replace(share=NOTHING_KNOWN, n=0, having=0) for row in conditions]
        before = {one.name.casefold(): self._before(one, priority)
                  for one in self.settings.conditions}  # fmt: skip
        said: list[Message] = []
        each = class_shares.written(of, before, "demand.conditions", said, self.least)
        if priority is None:  # that a condition had no call is said once, and not of each priority
            self.assumed += said
        percent = to_hundred([one.share for one in each])
        return [
            Fitted(value, row.n, "" if one.hidden else allowed.percent(row.share), one.note)
            for value, row, one in zip(percent, of, each, strict=True)
        ]

    def _before(self, condition: Condition, priority: str | None) -> float:
        """The share of a condition in the base, among the calls of a priority or of all."""
        share = condition.share
        if not isinstance(share, Mapping):
            return float(share)
        by_name = {name.casefold(): value for name, value in share.items()}
        if priority is not None:
            return float(by_name.get(priority.casefold(), 0.0))
        return float(sum(one.share * by_name.get(one.name.casefold(), 0.0)
                         for one in self.settings.priorities))  # fmt: skip


def _said(written: Mapping[str, Any], of: DemandSettings | Condition, name: str) -> _End | None:
    """What the base says of a way to end, of all calls or of those of a condition."""
    value = getattr(of, name)
    if value is None:
        return None
    share = value if name == "transported" else ending_of(value).share  # type: ignore[union-attr]
    return _End(float(share), written.get(name))


def _down(share: float) -> float:
    """A share of two decimals in percent, never more."""
    return int(1e4 * share) / 1e4


def _percentage(share: float) -> str:
    return f"{100 * share:.4g} %"
