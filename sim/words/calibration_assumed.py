"""What a fitted scenario rests on that records do not say: assumed, or as in the base."""

from __future__ import annotations

from sim.answers.calibration import Calibration
from sim.words import fitted_values
from sim.words.language import Language
from sim.words.page import Column, Table


def as_in_base(calibration: Calibration, say: Language) -> list[str]:
    """What records might have said and did not, so that it is as in the base."""
    base, fits = calibration.provenance.base, calibration.fits
    written = fits.written.sections
    demand, durations = written.get("demand", {}), written.get("durations", {})
    found = []
    if fits.speeds is None:
        found.append(say("speeds"))
    elif fits.speeds.ordinary is None:
        found.append(say("speed without siren"))
    for stage in ("call_taking", "turnout", "on_scene", "handover"):
        if stage not in durations:
            found.append(fitted_values.stage(stage, "all", say))
    if "priorities" not in demand:
        found.append(say("shares of priorities"))
    if base.settings.demand.conditions and "conditions" not in demand:
        found.append(say("shares of conditions"))
    if "transported" not in demand:
        found.append(say("who is conveyed"))
    if base.settings.demand.desk is not None:
        found.append(say("the call desk"))
    return [*found, say("speed off the road")]


def notes(calibration: Calibration, say: Language) -> list[str]:
    """What was assumed in writing the settings, a sentence each, and what is guessed."""
    said = [say(one) for one in calibration.fits.written.assumed]
    read = calibration.records
    if read.urgency_guessed:
        said.append(say(
            "The order of priorities, {names}, is guessed from their names alone: say it with "
            "`--priority` if it is another.", names=say.listed(list(read.priorities)),
        ))  # fmt: skip
    return said


def paragraphs(calibration: Calibration, say: Language) -> list[str]:
    """All of it: settings of the base, what was assumed, what is guessed, bounds."""
    base = calibration.provenance.base
    silent = as_in_base(calibration, say)[:-1]  # speed off the road is said among the notes
    said = [
        say(
            "As in the base, {base}, because no record speaks of them: stations, ambulances and "
            "their hours of duty; whom a dispatcher sends; to which hospital patients are taken; "
            "the targets of {urban} and {rural} min; the map.",
            base=base.name, urban=f"{base.settings.targets.urban / 60:g}",
            rural=f"{base.settings.targets.rural / 60:g}",
        ),
        *([say("As in the base, because these records do not say it: {names}.",
               names=say.listed(silent))] if silent else []),
        *notes(calibration, say),
    ]  # fmt: skip
    if calibration.least:
        said.append(hidden(calibration, say))
    return said


def hidden(calibration: Calibration, say: Language) -> str:
    return say.count(calibration.least,
                     "Cells of fewer than {n} call are hidden, and some from which they would "
                     "follow.",
                     "Cells of fewer than {n} calls are hidden, and some from which they would "
                     "follow.")  # fmt: skip


def bounds(calibration: Calibration, say: Language) -> Table:
    """Within which history and simulated history count as equal."""
    found = calibration.bounds
    rows = [
        [say("Compliance, all calls"), say("≤ {n} points apart", n=f"{100 * found.compliance:g}")],
        [say("Compliance of places with more than 200 calls"),
         say("≤ {n} points apart", n=f"{100 * found.township:g}")],
        [say("90th percentile of response"), say("≤ {n} min apart", n=f"{found.p90_s / 60:g}")],
        [say("The same station went"), say("≥ {n} %", n=f"{100 * found.same_station:g}")],
    ]  # fmt: skip
    above = say("Bounds within which simulated history counts as repeating history")
    return Table((Column(align="left"), Column(say("allowed"), "left")), rows, above=above)
