"""Whole tasks over processes: every result with its number, errors as they are, deaths in words."""

from __future__ import annotations

import math
import os

import pytest

from sim.errors import WorkersError
from sim.study import spreading

TASKS = [(float(number),) for number in range(7)]


@pytest.mark.parametrize("workers", [1, 2, 20])
def test_every_task_has_its_result(workers):
    found = dict(spreading.each(math.sqrt, TASKS, workers))
    assert found == {number: math.sqrt(number) for number in range(7)}


def test_nothing_to_do_is_done_at_once():
    assert list(spreading.each(math.sqrt, [])) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers):
    with pytest.raises(ValueError, match="math domain error"):
        list(spreading.each(math.sqrt, [*TASKS, (-1.0,)], workers))


def test_the_death_of_a_worker_is_told_in_words():
    with pytest.raises(WorkersError, match="the worker processes stopped"):
        list(spreading.each(os._exit, [(3,), (3,)], 2))


def test_a_cluster_does_the_same():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as cluster:
        found = dict(spreading.each(math.sqrt, TASKS, scheduler=cluster.scheduler_address))
    assert found == {number: math.sqrt(number) for number in range(7)}
