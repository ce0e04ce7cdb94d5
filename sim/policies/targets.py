"""When a call counts as reached, and as reached in time: of numbers and of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np


def in_time(response_s: Any, target_s: Any) -> Any:
    """Whether somebody is there within the target; a target is inclusive."""
    return response_s <= target_s


def reached(response_s: Any) -> Any:
    """Whether anybody arrives at all."""
    return response_s < np.inf


def counts(response_s: Any, withdrawn_s: Any, target_s: Any) -> Any:
    """Whether a call that may be withdrawn says anything of the target.

    It does if somebody arrived, or if its target had passed when it was withdrawn.
    """
    return (response_s < np.inf) | (withdrawn_s > target_s)
