"""The printed lens sheet: a board of squares that may lie anywhere on the bench."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.graycode import Grey
from calibration.seen import LensSheet
from calibration.trouble import CalibrationTroubleError

SQUARES = (9, 13)
"""Along and across an A4 page."""
SQUARE_DOTS = 236
SQUARE_MM = SQUARE_DOTS / 300 * 25.4
"""A whole number of printed dots, so that all squares are of one size: 19.98 mm."""
MARKER_MM = 0.7 * SQUARE_MM
FIRST_ID = 100
"""Its markers are of another dictionary than the tags, and numbered apart from projected ones."""
LEAST_CORNERS = 30


def lens_board() -> cv2.aruco.CharucoBoard:
    """The board as OpenCV knows it; its frame is in millimetres."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_250)
    numbers = np.arange(FIRST_ID, FIRST_ID + SQUARES[0] * SQUARES[1] // 2)
    return cv2.aruco.CharucoBoard(SQUARES, SQUARE_MM, MARKER_MM, dictionary, numbers)


def find_lens_sheet(grey: Grey, *, scale: float = 1.0) -> LensSheet:
    """The corners of the lens sheet in a picture.

    Args:
        grey: The picture.
        scale: Measured length of the printed bar, by its nominal length.

    Raises:
        CalibrationTroubleError: Too little of it is seen.
    """
    board = lens_board()
    corners, numbers, _, _ = cv2.aruco.CharucoDetector(board).detectBoard(grey)
    if numbers is None or len(numbers) < LEAST_CORNERS:
        raise CalibrationTroubleError(
            "The lens sheet is not seen well enough. Lay it flat on the bench, all of it in the"
            " picture, with nothing on it and no glare, and take the picture again."
        )
    # The sheet is drawn with y down; on the bench y points away from the worker.
    at_mm = np.asarray(board.getChessboardCorners())[np.asarray(numbers).ravel(), :2]
    return LensSheet(
        sheet_mm=at_mm.astype(np.float64) * (scale, -scale),
        cam_px=np.asarray(corners, np.float64).reshape(-1, 2),
    )
