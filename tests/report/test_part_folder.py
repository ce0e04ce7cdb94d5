"""A part folder takes the place of a result when it is whole, and is known when it was stopped."""

from __future__ import annotations

import os

import pytest
from processes import contents

from sim.errors import OutputError
from sim.files.whole import alone
from sim.report import folder as store


def test_halves_of_files_do_not_stay(tmp_path):
    for stop in (True, False):
        try:
            with store.results_folder(tmp_path / "out", "k" * 64) as part:
                if stop:
                    for name in ("finished/aaaa-1/0000.npz", "finished/aaaa-1/.0001.part.npz",
                                 "logs/layout-0/.calls-0001.part.parquet", ".table.part.txt",
                                 "logs/layout-0/calls-0000.parquet", "map.png"):  # fmt: skip
                        (part / name).parent.mkdir(parents=True, exist_ok=True)
                        (part / name).write_text("x")
                    raise KeyboardInterrupt
                (part / "run.json").write_text("{}")
        except KeyboardInterrupt:
            continue
    assert set(contents(tmp_path)) == {"out/run.json", "out/logs/layout-0/calls-0000.parquet"}


def test_stopped_while_results_are_put_in_place_the_folder_is_still_ours(tmp_path, monkeypatch):
    key, out = "k" * 64, tmp_path / "out"

    def fill(part):
        (part / "finished" / "aaaa-1").mkdir(parents=True, exist_ok=True)
        (part / "finished" / "aaaa-1" / "0000.npz").write_text("x")
        for name in ("measures.csv", "run.json"):
            (part / name).write_text("x")

    real, calls = os.replace, []

    def stop(*paths):
        calls.append(paths)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*paths)

    monkeypatch.setattr(store.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt), store.results_folder(out, key) as part:
        fill(part)
    assert not (out / "run.json").exists()
    monkeypatch.setattr(store.os, "replace", real)
    with store.results_folder(out, key) as part:
        fill(part)
    assert set(contents(tmp_path)) == {"out/run.json", "out/measures.csv"}


def test_a_part_folder_at_which_another_is_at_work_is_left_alone(tmp_path):
    other, left = (tmp_path / f".out.part-{key * 12}" for key in "ab")
    left.mkdir()
    with alone(other), store.results_folder(tmp_path / "out", "k" * 64) as part:
        (part / "run.json").write_text("{}")
    assert other.is_dir()
    assert not left.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"out", other.name}


def test_two_at_one_part_folder_are_one_too_many(tmp_path):
    with store.results_folder(tmp_path / "out", "k" * 64) as part:
        (part / "run.json").write_text("{}")
        with (
            pytest.raises(OutputError, match="another process is at this study"),
            store.results_folder(tmp_path / "out", "k" * 64),
        ):
            pass


def test_logs_that_only_an_earlier_study_had_go(tmp_path):
    for layout, number in ((0, 0), (0, 5), (1, 0), (2, 1)):
        path = tmp_path / "logs" / f"layout-{layout}" / f"calls-{number:04d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    store.drop_other_logs(tmp_path, layouts=2, replications=3)
    left = {path.relative_to(tmp_path / "logs").as_posix() for path in tmp_path.rglob("*.parquet")}
    assert left == {"layout-0/calls-0000.parquet", "layout-1/calls-0000.parquet"}
