"""A map of files whose names would do harm elsewhere: its folder, its README, its scenario."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML
from towns import PLACES, matrix_files, refused

from sim.geography.making import ImportOptions, import_map


@pytest.mark.parametrize(
    "place",
    [
        "nul",
        "CON",
        "a/b",
        "..",
        "a\0b",
        "a\nb",
        "x" * 300,
        "镇" * 90,
        " a",
        "a ",
        "a.",
        "\x1b[2J",
        "",
    ],
)
def test_a_place_is_the_name_of_a_folder_on_any_system(place, tmp_path):
    said = refused(ImportOptions.of, place=place, matrix=tmp_path / "m.csv")
    assert "write a name for a folder" in said
    assert "\x1b" not in said
    assert len(said) < 2_000


@pytest.mark.parametrize("place", ["auckland", "醴陵", "North Shore", "São-Paulo_2", "v1.2"])
def test_plain_names_are_folders_as_they_are(place, tmp_path):
    assert "write a name" not in refused(ImportOptions.of, place=place, matrix=tmp_path / "m.csv")


def test_a_readme_of_hostile_names_is_one_table_without_tags(tmp_path):
    options = matrix_files(tmp_path).but(
        name_en="<script>x</script>\n# no | title", source="a|b\n| c | <img> |"
    )
    import_map(options)
    text = (options.folder / "README.md").read_text("utf-8")
    assert text.splitlines()[0] == r"# \<script>x\</script> # no | title"
    assert r"| source | a\|b \| c \| \<img> \| |" in text.splitlines()
    read = YAML(typ="safe").load((options.folder / "import.yaml").read_text("utf-8"))
    assert "<script>" in str(read)


def test_what_a_sheet_would_take_for_a_formula_is_read_as_it_was(tmp_path):
    from sim.geography import bundle

    places = PLACES.replace("id,lon", "id,name,lon").replace("\na,", "\na,'=1+1,")
    places = places.replace("\nb,", "\nb,'-1,").replace("\nc,", "\nc,C,")
    options = matrix_files(tmp_path, places=places)
    import_map(options)
    names = set(bundle.read(options.bundle).layers["townships"]["name_en"])
    assert not any(name.startswith("'") for name in names)
