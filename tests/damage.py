"""What may become of a file that was kept: by a power cut, a full disk, a slip, or on purpose."""

from __future__ import annotations

import os
import shutil
import sys

import numpy as np
from hypothesis import strategies as st


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _bytes(change):
    def damage(path):
        data = path.read_bytes()
        _remove(path)
        path.write_bytes(change(data))

    return damage


def _array(change):
    """What `numpy.save` would write, without anything that vouches for it."""

    def damage(path):
        _remove(path)
        with path.open("wb") as file:
            np.save(file, change)

    return damage


def _other(make):
    def damage(path):
        _remove(path)
        make(path)

    return damage


def _folder_with_a_file(path):
    path.mkdir()
    (path / "mine.txt").write_text("mine")


def _link_to_itself(path):
    path.symlink_to(path.name)


def _link_to_nothing(path):
    path.symlink_to("nowhere")


KINDS = {
    "empty": _bytes(lambda data: b""),
    "zeroed": _bytes(lambda data: bytes(len(data))),
    "text": _bytes(lambda data: b"not a table"),
    "longer": _bytes(lambda data: data + b"x"),
    "twice": _bytes(lambda data: data + data),
    "without its hash": _bytes(lambda data: data[:-32]),
    "its hash alone": _bytes(lambda data: data[-32:]),
    "back to front": _bytes(lambda data: data[::-1]),
    "other numbers": _array(np.ones((1, 1, 3), np.float32)),
    "other shape": _array(np.ones((2, 2))),
    "objects": _array(np.array([{"a": 1}, None], dtype=object)),
    "folder": _other(lambda path: path.mkdir()),
    "folder with a file": _other(_folder_with_a_file),
    "gone": _other(lambda path: None),
}
if sys.platform != "win32":
    KINDS |= {
        "pipe": _other(os.mkfifo),
        "link to itself": _other(_link_to_itself),
        "link to nothing": _other(_link_to_nothing),
        "link to a device": _other(lambda path: path.symlink_to("/dev/zero")),
    }


def cut(share):
    return _bytes(lambda data: data[: int(share * (len(data) - 1))])


def flipped(share, mask):
    def change(data):
        at = int(share * (len(data) - 1))
        return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]

    return _bytes(change)


def blanked(share, many):
    def change(data):
        at = int(share * (len(data) - 1))
        return data[:at] + bytes(many) + data[at + many :] + b"\0"

    return _bytes(change)


def overwritten(share, noise):
    def change(data):
        at = int(share * (len(data) - 1))
        changed = data[:at] + noise + data[at + len(noise) :]
        return changed if changed != data else changed + b"\0"

    return _bytes(change)


SHARES = st.floats(0, 1)
ANY = st.one_of(
    st.sampled_from(sorted(KINDS)).map(KINDS.__getitem__),
    st.builds(cut, SHARES),
    st.builds(flipped, SHARES, st.integers(1, 255)),
    st.builds(blanked, SHARES, st.integers(1, 4096)),
    st.builds(overwritten, SHARES, st.binary(min_size=1, max_size=300)),
)
