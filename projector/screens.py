"""Several screens as one: the projector and a recorder, the twin and a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from projector.screen import RectPx, Screen


class Screens:
    """Shows the same picture on each of several screens. A `Screen`."""

    def __init__(self, *screens: Screen) -> None:
        """The order is the order in which they get the picture."""
        self._screens = screens

    def put(self, picture_bgrx: NDArray[np.uint8], changed_px: Sequence[RectPx]) -> None:
        """Hand the picture to each. An error of one comes after all have had it."""
        errors: list[Exception] = []
        for screen in self._screens:
            try:
                screen.put(picture_bgrx, changed_px)
            except Exception as error:  # noqa: BLE001 - raised below, with all others
                errors.append(error)
        _raise(errors)

    def close(self) -> None:
        """Close each, also when one of them fails."""
        errors: list[Exception] = []
        for screen in reversed(self._screens):
            try:
                screen.close()
            except Exception as error:  # noqa: BLE001 - raised below, with all others
                errors.append(error)
        _raise(errors)


def _raise(errors: list[Exception]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("several screens failed", errors)
