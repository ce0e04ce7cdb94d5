"""`tenthirty calibrate`: last year first, from dispatch records to a scenario and a fit report."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from sim import units
from sim.cli import hearing, numbers, speech
from sim.cli.options import ANSWER, Json, Lang, noting, working
from sim.errors import OptionError, OutputError, Problem, ScenarioError
from sim.files.escapes import in_json
from sim.text import Message, message_of
from sim.words.language import Language, language

if TYPE_CHECKING:
    from sim.answers.calibration import Calibration
    from sim.fitting.first_layout import FirstLayout
    from sim.fitting.history import Bounds
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings.replay import Replay

READING: Final = "How the file is read"
MARK: Final = "fitted by tenthirty calibrate"

NOT_OURS: Final = Message("it exists and was not made by this command: name another file")
CHANGED: Final = Message(
    "it was made by this command and changed by hand since: name another file, or move it away"
)


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    example = "Last year first:  tenthirty calibrate records.csv"
    app.command(rich_help_panel="Prepare, understand", short_help=example)(noting(calibrate))


def calibrate(
    records: Annotated[
        Path, typer.Argument(help="A row a unit sent: CSV, another text table, Excel or Parquet.")
    ],
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="The map: maps/PLACE; default: that of the base."),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            help="The scenario with the layout of that time; default: that of the folder of --to, "
            "else the stations and vehicles that the records name."
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="The scenario file to write, like scenarios/PLACE/calibrated.yaml."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="The fit report to write: one HTML file.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="received_at=HEADER: a column that the headers do not say.",
            rich_help_panel=READING,
        ),
    ] = None,
    priority: Annotated[
        list[str] | None,
        typer.Option(help="P1=red: what the file calls it, and the base.", rich_help_panel=READING),
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="STEMI=chest pain: likewise.", rich_help_panel=READING),
    ] = None,
    station: Annotated[
        list[str] | None,
        typer.Option(help="A=B: what the file calls it, and the layout.", rich_help_panel=READING),
    ] = None,
    hospital: Annotated[
        list[str] | None,
        typer.Option(help="A=B: what the file calls it, and the map.", rich_help_panel=READING),
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option(help='Like "%d.%m.%Y %H.%M", or "day first".', rich_help_panel=READING),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            help="The clock of the stamps, like Europe/Rome: its daylight saving is taken out.",
            rich_help_panel=READING,
        ),
    ] = None,
    local_time: Annotated[
        str | None,
        typer.Option(help="The clock of the place, if it is another.", rich_help_panel=READING),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of a text file, like gbk.", rich_help_panel=READING)
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Of a workbook.", rich_help_panel=READING)
    ] = None,
    bound: Annotated[
        list[str] | None,
        typer.Option(
            help='When history counts as repeated: compliance="2 points", township="5 points", '
            'p90="1 min", same="75 %".',
            rich_help_panel=ANSWER,
        ),
    ] = None,
    k: Annotated[
        int,
        numbers.whole(
            0, 1_000_000, help="Hide cells of tables with fewer calls.", rich_help_panel=ANSWER
        ),
    ] = 0,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Fit a scenario to dispatch records, and hold it against what was recorded."""
    from sim.scenario.settings.replay import Replay
    from sim.scenario.validation import Problems, validated

    say = language(lang)
    problems = Problems()
    written: dict[str, Any] = {
        "file": records.name, "unusable": "leave out", "columns": _columns(column or [], problems),
        "priorities": _pairs("--priority", priority or [], problems),
        "conditions": _pairs("--condition", condition or [], problems),
        "stations": _pairs("--station", station or [], problems),
        "hospitals": _pairs("--hospital", hospital or [], problems),
    }  # fmt: skip
    written |= {
        key: value
        for key, value in (
            ("time_format", time_format), ("time_zone", time_zone), ("local_time", local_time),
            ("encoding", encoding), ("sheet", sheet),
        )
        if value is not None
    }  # fmt: skip
    bounds = _bounds(bound or [], problems)
    asked = validated(Replay, written, problems)
    problems.raise_if_any(ScenarioError, "calibrate")
    assert asked is not None
    with working(Message("Reading the map"), say, as_json=as_json) as tell:
        place = _place(records, map_, base, to, asked)
        _check_targets(to, report, place, records)
        from sim.answers import calibration

        def watch(done: int, total: int) -> None:
            tell(done, total, Message("Fitting"))

        found = calibration.calibrate(
            records, place.scenario, asked, bounds=bounds, least=k, watch=watch
        )
        tell(title=Message("Writing"))
        _write(found, place, to, report, say)
    _say(found, place, to, report, say, as_json)


# ── what is asked for ───────────────────────────────────────────────────────────────────────────


def _columns(texts: list[str], problems: Any) -> dict[str, Any]:
    """--column received_at=HEADER, and with two headers joined by + a day and a time."""
    found: dict[str, Any] = {}
    for key, header in _pairs("--column", texts, problems).items():
        parts = [part.strip() for part in header.split("+")]
        found[key] = header if len(parts) == 1 else parts
    return found


def _pairs(option: str, texts: list[str], problems: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, value, parted = speech.halves(text)
        if not parted or not name or not value:
            problems.add(OptionError(option, Message("write A=B; found {found}", found=text)))
            continue
        found[name] = value
    return found


NAMES: Final = {"compliance": "compliance", "township": "township", "p90": "p90_s",
                "same": "same_station"}  # fmt: skip


def _bounds(texts: list[str], problems: Any) -> Bounds:
    from sim.fitting.history import Bounds

    found: dict[str, float] = {}
    for name, value in _pairs("--bound", texts, problems).items():
        if name not in NAMES:
            message = Message(
                "there are compliance, township, p90 and same; found {found}", found=name
            )
            problems.add(OptionError("--bound", message))
            continue
        read = {"p90": units.some_time, "same": units.share}.get(name, units.some_points)
        try:
            found[NAMES[name]] = float(read(value))
        except ValueError as error:
            problems.add(OptionError("--bound", Problem(message_of(error))))
    return Bounds(**found)


class _Place(NamedTuple):
    """The layout that was in service, and where it is from."""

    scenario: Scenario
    file: Path | None  # of a scenario; None: the records'
    layout: FirstLayout | None


def _place(
    records: Path, map_: Path | None, base: Path | None, to: Path | None, asked: Replay
) -> _Place:  # fmt: skip
    """The scenario that was named; else the one in the folder of the file to write; else the
    layout of the records on the map."""
    from sim.fitting import first_layout
    from sim.geography import bundle
    from sim.scenario.bases import scenario_path
    from sim.scenario.file import load

    bundle_file = None if map_ is None else _bundle(map_)
    file = None if base is None else scenario_path(base)
    if file is None and to is not None and to.parent.is_dir():
        try:
            file = scenario_path(to.parent)
        except ScenarioError:
            file = None  # none, or several: the records are asked
        if file is not None and file.resolve() == to.resolve():
            file = None
    if file is not None:
        scenario = load(file)
        if bundle_file is None or scenario.map.path.resolve() == bundle_file.resolve():
            return _Place(scenario, file, None)
        if base is not None:
            message = Message(
                "{base} stands on another map: {map}", base=str(base), map=str(scenario.map.path)
            )
            raise OptionError("--map", message)
    if bundle_file is None:
        message = Message("name the map, like --map maps/liling, or the layout, with --base")
        raise ScenarioError("calibrate", message)
    layout = first_layout.from_records(records, bundle.read(bundle_file), asked)
    return _Place(layout.scenario, None, layout)


def _bundle(path: Path) -> Path:
    """The bundle of a map that was named by its folder, its file, or its name under maps/."""
    near = [path, path / f"{path.name}.gpkg", Path("maps") / path / f"{path.name}.gpkg"]
    found = next((one for one in near if one.is_file()), None)
    if found is None and path.is_dir():
        found = next(iter(sorted(path.glob("*.gpkg"))), None)
    if found is None:
        raise OptionError("--map", Message("there is no map at {path}", path=str(path)))
    return found


def _check_targets(
    to: Path | None, report: Path | None, place: _Place, records: Path
) -> None:  # fmt: skip
    """Refuse to write over what is not ours, before anything is computed."""
    from sim.fitting import written_mark
    from sim.report import fit_page, kept_history

    taken = {records.resolve(), place.scenario.map.path.resolve()}
    taken |= {Path(file).resolve() for file in place.scenario.files}
    for path, endings in ((to, (".yaml", ".yml")), (report, (".html", ".htm"))):
        if path is None:
            continue
        if path.suffix.lower() not in endings:
            message = Message("write a name that ends in {ending}", ending=endings[0])
            raise OutputError(path, message)
        if path.is_dir():
            raise OutputError(path, Message("it is a folder: name a file"))
        if path.resolve() in taken:
            raise OutputError(path, Message("it is read here: name another file"))
        if path.exists():
            content = path.read_bytes()
            if path is not to:
                if not fit_page.is_ours(content[:4_096]):
                    raise OutputError(path, NOT_OURS)
            elif not written_mark.is_whole(content):
                raise OutputError(path, CHANGED if written_mark.is_ours(content) else NOT_OURS)
    if to is not None and not kept_history.may_be_written(to):
        raise OutputError(kept_history.path_of(to), NOT_OURS)


# ── what is written and said ────────────────────────────────────────────────────────────────────


def _write(
    found: Calibration, place: _Place, to: Path | None, report: Path | None, say: Language
) -> None:
    """The scenario and the report, each whole; the report is made before anything is put down."""
    from sim.files.whole import write_bytes
    from sim.fitting import written_mark
    from sim.report import fit_page, kept_history

    page = None
    if report is not None:
        page = fit_page.html(found, say).encode("utf-8")
    if to is not None:
        write_bytes(to, written_mark.marked(_text(found, place, to, say)))
        kept_history.write(found, to)
    if report is not None and page is not None:
        write_bytes(report, page)


def _text(found: Calibration, place: _Place, to: Path, say: Language) -> str:
    """The scenario file: over its base, or with the map and the layout of the records."""
    from sim.words import page_of

    base, name = found.provenance.base, found.records.file
    page = page_of(found, say)
    said = [line for text in (*page.heading[1:], *page.sentences) for line in wrap(text, 96)]
    head = [f"{MARK} on {datetime.now(UTC):%Y-%m-%d}", *said]
    if base.path.parent.name == to.resolve().parent.name:
        head = ["yaml-language-server: $schema=../scenario.schema.json", *head]
    above: dict[str, Any] = {"name": f"{base.name.en[:50]}, fitted to {name}"[:80]}
    fitted = Message("{name}, fitted to {file}", name=base.name.zh[:40], file=name)
    above["name_zh"] = language("zh")(fitted)[:80]
    written = found.fits.written
    if place.file is not None:
        return written.text(name, head, above | {"base": _way(place.file, to)})
    assert place.layout is not None
    above["map"] = _way(base.map.path, to)
    if base.map.path.parent.parent.name == "maps" and to.resolve().parent.parent.name:
        above["map"] = _name_of_map(base.map.path, to)
    sections = {"layout": place.layout.written, **written.sections}
    return written._replace(sections=sections).text(name, head, above)


def _name_of_map(path: Path, to: Path) -> str:
    """The map's name, if the file to write finds it by that; else the way there."""
    named = path.stem == path.parent.name
    shelf = path.resolve().parent.parent.parent
    return path.stem if named and shelf in to.resolve().parents else _way(path, to)


def _way(file: Path, to: Path) -> str:
    """A file's name as seen from the folder of another."""
    way = Path(os.path.relpath(file.resolve(), to.resolve().parent)).as_posix()
    return way.removesuffix(".yaml") if "/" not in way else way


def _say(
    found: Calibration, place: _Place, to: Path | None, report: Path | None, say: Language,
    as_json: bool,
) -> None:  # fmt: skip
    from sim.report.folder import everything
    from sim.words import page_of

    listening = hearing.now()
    if listening is not None:
        listening.answers.append(found)
        return
    written = {"scenario": to, "report": report}
    if as_json:
        files = {key: str(path) for key, path in written.items() if path is not None}
        typer.echo(in_json(everything(found, say) | files, allow_nan=False))
        return
    speech.show(page_of(found, say).text())
    for path in written.values():
        if path is not None:
            speech.show(f" {path}")
