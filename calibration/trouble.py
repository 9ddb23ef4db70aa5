"""What a person is told when a calibration cannot be made."""

from __future__ import annotations


class CalibrationTroubleError(Exception):
    """A calibration cannot be made from what was seen.

    The text is for the coach: what is wrong, where, and what to do; several mistakes one a line.
    The calibration before stays in force.
    """
