"""What is installed is what `constraints.txt` pins: versions decide bits and speed.

CI installs with the constraints, and there all must be equal. Elsewhere other versions may be
meant, so they are named and the test is skipped; a package without a pin is a failure anywhere.
"""

from __future__ import annotations

import os
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
PINNED = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in LINES}


def wanted() -> list[Requirement]:
    """Whatever an install of the package may name itself: to run, to test, to build."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    named = [PROJECT["project"]["dependencies"], PROJECT["build-system"]["requires"], *extras]
    return [Requirement(text) for texts in named for text in texts]


def reached() -> dict[str, str]:
    """The installed version of all that is reached from there, extras and markers as they apply."""
    found: dict[str, str] = {}
    todo, done = [(one, "") for one in wanted()], set()
    while todo:
        one, extra = todo.pop()
        name = canonicalize_name(one.name)
        if one.marker and not one.marker.evaluate({"extra": extra}):
            continue
        try:
            found[name] = distribution(name).version
        except PackageNotFoundError:  # an extra that is not installed here, such as notebooks
            continue
        for asked in {"", *one.extras} - {a for n, a in done if n == name}:
            done.add((name, asked))
            todo += [(Requirement(text), asked) for text in distribution(name).requires or []]
    return found


def test_every_package_that_is_named_has_a_pin():
    assert {canonicalize_name(one.name) for one in wanted()} <= set(PINNED)


def test_a_pin_is_a_name_and_a_version_and_no_address():
    shape = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*")
    assert not [line for line in LINES if not shape.fullmatch(line)]
    assert len(PINNED) == len(LINES), "a package is pinned once"


def test_everything_that_is_installed_for_it_has_a_pin():
    assert len(reached()) > 60
    assert not sorted(set(reached()) - set(PINNED))


def test_what_is_pinned_can_be_installed_on_the_first_python_that_is_supported():
    """3.11.0 itself, as some distributions have its early patches: not only the one that runs here."""
    first = PROJECT["project"]["requires-python"].removeprefix(">=") + ".0"
    asked = {name: distribution(name).metadata.get("Requires-Python") for name in reached()}
    assert len(asked) > 60
    assert not {name: on for name, on in asked.items() if on and first not in SpecifierSet(on)}


def test_what_is_installed_is_what_is_pinned():
    other = {
        name: f"{version}, pinned {PINNED[name]}"
        for name, version in reached().items()
        if name in PINNED and version != PINNED[name]
    }
    if other and not os.environ.get("CI"):
        pytest.skip(f"installed without constraints.txt: {other}")
    assert not other
