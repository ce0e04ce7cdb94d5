"""How calls end, as settings: what is fitted and what the base says are never more than all."""

from __future__ import annotations

import itertools
from copy import copy
from dataclasses import replace

import pytest
from calibrations import rates_of, stage_laws

from sim.fitting import fragment, shares
from sim.fitting.stages import DurationsFit

SILENT = shares.SharesFit((), (), (), None, (), None, None, None, (), (), None)
CONVEYING = tuple(law for law in stage_laws() if law.of != "stays")


def durations(stays):
    return DurationsFit(stage_laws() if stays else CONVEYING, (), (), 0.0, 0, True)


def share(count, n=1_000):
    return shares.share("x", count, n)


@pytest.fixture(scope="module")
def rates(liling):
    return rates_of(liling)


def fitted(base, rates, stays=False, **said):
    """The scenario that is written over a base, and what was assumed."""
    made = fragment.of(base, rates, None, durations(stays), SILENT._replace(**said))
    return made.plain()["demand"], base.with_settings(**made.plain()).settings.demand, made.assumed


def of(assumed, setting):
    return [str(one) for one in assumed if f"`{setting}`" in str(one)]


def test_what_the_base_says_yields_to_what_was_fitted(liling, rates):
    base = liling.with_settings(demand={"transported": "75 %", "treated_at_scene": "20 %"})
    _, demand, assumed = fitted(base, rates, conveyed=share(979))
    assert demand.transported == pytest.approx(0.979)
    assert demand.treated_at_scene == pytest.approx(0.021)
    (said,) = of(assumed, "demand.treated_at_scene")
    assert "2.1 %" in said
    assert "20 %" in said


def test_what_still_fits_is_kept_and_said(liling, rates):
    base = liling.with_settings(demand={"transported": "75 %", "treated_at_scene": "20 %"})
    written, demand, assumed = fitted(base, rates, conveyed=share(700))
    assert "treated_at_scene" not in written
    assert demand.treated_at_scene == pytest.approx(0.2)
    (said,) = of(assumed, "demand.treated_at_scene")
    assert "kept as in the base, at 20 %" in said


def test_how_long_an_ending_takes_stays_as_in_the_base(liling, rates):
    base = liling.with_settings(demand={
        "transported": "60 %", "treated_at_scene": {"share": "20 %", "on_scene": "7 min"},
        "nobody_found": {"share": "10 %", "on_scene": "3 min"},
    })  # fmt: skip
    _, demand, _ = fitted(base, rates, conveyed=share(950), nobody_found=share(20))
    assert demand.nobody_found.share == pytest.approx(0.02)
    assert demand.nobody_found.on_scene.value == 180
    assert demand.treated_at_scene.share == pytest.approx(0.03)
    assert demand.treated_at_scene.on_scene.value == 420


@pytest.mark.parametrize("stays", [False, True])
def test_no_ends_are_more_than_all(liling, rates, stays):
    """Whatever is fitted and whatever the base says: the scenario loads, fitted shares stay."""
    for treated, nobody, conveyed, found in itertools.product(
        (None, "20.005 %", "100 %"), (None, "8 %"), (333, 920, 1_003), (None, 77)
    ):
        said = {"treated_at_scene": treated, "nobody_found": nobody, "transported": "0 %"}
        said = {key: value for key, value in said.items() if value is not None}
        if treated == "100 %":
            said.pop("nobody_found", None)
        base = liling.with_settings(demand=said)
        _, demand, _ = fitted(
            base, rates, stays, conveyed=share(conveyed, 1_003),
            nobody_found=None if found is None else share(found, 1_003),
        )  # fmt: skip
        most = 1 if found is None else 1 - found / 1_003
        assert demand.transported == pytest.approx(min(conveyed / 1_003, most), abs=2e-4)


# ── by condition ────────────────────────────────────────────────────────────────────────────────

NAMES = ("pain", "other")


def conditions(*own, **demand):
    rows = [{"name": name, "share": "50 %", **one} for name, one in zip(NAMES, own, strict=True)]
    return {**demand, "conditions": rows}


def rows(names, counts):
    return tuple(shares.share(n, c, sum(counts)) for n, c in zip(names, counts, strict=True))


KNOWN = {"conditions": rows(NAMES, (600, 400)), "conditions_of": ()}
OWN = (
    ({}, {}),
    ({"treated_at_scene": "30 %", "transported": "70 %"}, {}),
    ({"nobody_found": {"share": "25 %", "on_scene": "4 min"}}, {"transported": "10 %"}),
    ({"transported": "100 %", "treated_at_scene": "0 %", "nobody_found": "0 %"}, {}),
)


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("own", range(len(OWN)))
@pytest.mark.parametrize("known", ["of both", "of one", "of none", "others"])
def test_no_ends_of_a_condition_are_more_than_all(liling, rates, stays, own, known):
    base = liling.with_settings(
        demand=conditions(*OWN[own], transported="60 %", treated_at_scene="15 %")
    )
    conveyed_of = {"of both": (share(990), share(50)), "of one": (None, share(980))}
    told = {"conveyed_of": conveyed_of.get(known, (None, None))}
    told |= {"conditions": rows(("pain", "burn"), (3, 4))} if known == "others" else KNOWN
    for nobody in (None, share(60)):
        _, demand, assumed = fitted(
            base, rates, stays, conveyed=share(940), nobody_found=nobody, **told
        )
        by_name = {one.name: one for one in demand.conditions}
        assert list(by_name) == list(NAMES)
        if known == "of both":
            most = 1 if nobody is None else 0.94
            assert by_name["pain"].transported == pytest.approx(min(0.99, most))
            assert by_name["other"].transported == pytest.approx(0.05)
            reduced = of(assumed, "demand.conditions.pain.treated_at_scene")
            assert bool(reduced) == (not stays and own != 3)
            assert not of(assumed, "demand.conditions.other.treated_at_scene")
        if own == 2 and nobody is None:
            assert by_name["pain"].nobody_found.on_scene.value == 240
        if known == "others":
            assert any("have not the same" in str(one) for one in assumed)


def test_a_condition_that_was_not_told_keeps_its_own(liling, rates):
    base = liling.with_settings(
        demand=conditions({"treated_at_scene": "30 %"}, {}, transported="60 %")
    )
    written, demand, assumed = fitted(base, rates, conveyed=share(900))
    assert demand.conditions[0].treated_at_scene == pytest.approx(0.1)
    assert of(assumed, "demand.conditions.pain.treated_at_scene")
    assert "treated_at_scene" not in written["conditions"][1]
    written, *_ = fitted(base, rates, conveyed=share(700))
    assert "conditions" not in written


def test_shares_among_priorities_that_the_scenario_calls_otherwise(liling, rates):
    base = liling.with_settings(demand=conditions({}, {}))
    base = replace(base, written={**base.written, "demand": {
        **base.written["demand"], "priorities": [{"name": "red", "share": "100 %"}]}})  # fmt: skip
    written, *_ = fitted(
        liling.with_settings(demand={**base.written["demand"]}), rates, conveyed=share(700),
        priorities=rows(("alpha",), (9,)), conveyed_of=(share(600), share(500)),
        **{**KNOWN, "conditions_of": (rows(NAMES, (6, 4)),)},
    )  # fmt: skip
    assert [one["share"] for one in written["conditions"]] == ["60.00 %", "40.00 %"]


def test_who_is_conveyed_on_a_map_without_hospitals(liling, rates):
    base = liling.with_settings(demand={"transported": "0 %"})
    bare = copy(base.map)
    bare.__dict__.update(hospitals=[], hospital_facts=[])
    _, demand, assumed = fitted(replace(base, map=bare), rates, conveyed=share(700))
    assert demand.transported == 0
    assert any("the map has no hospital" in str(one) for one in assumed)


def test_a_condition_without_a_call_stays(liling, rates):
    base = liling.with_settings(
        demand=conditions(
            {"share": {"red": "90 %", "yellow": "20 %"}},
            {"share": {"red": "10 %", "yellow": "80 %", "green": "100 %"}},
        )
    )
    of = (rows(NAMES, (0, 4)), rows(NAMES, (0, 400)), ())  # of green calls nothing is known
    written, demand, assumed = fitted(
        base, rates, conveyed=share(700), priorities=rows(("red", "yellow", "green"), (4, 400, 0)),
        conditions=rows(NAMES, (0, 404)), conditions_of=of, conveyed_of=(None, None),
    )  # fmt: skip
    pain = demand.conditions[0].share
    assert 0.4 < pain["red"] < 0.9  # none of four says little
    assert 0 < pain["yellow"] < 0.01  # none of 400 much
    assert pain["green"] == 0
    assert demand.conditions[1].share["green"] == 1
    assert [one["name"] for one in written["conditions"]] == list(NAMES)
    assert len(of_condition := [str(one) for one in assumed if "of pain is not" in str(one)]) == 1
    assert "demand.conditions" in of_condition[0]
