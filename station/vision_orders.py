"""What the main thread asks of the vision thread besides sights: a frame, shut eyes, new eyes."""

from __future__ import annotations

import threading

from vision.frames import Frame


class VisionOrders:
    """One thread orders, the other obeys between two frames. Costs next to nothing when unused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._not_before_s: float | None = None
        self._frame: Frame | None = None
        self._shut: tuple[float, float] | None = None
        self._new_eyes = False

    def ask_frame(self, not_before_s: float) -> None:
        """Ask for the first frame that is taken at this moment of the source's clock or later."""
        with self._lock:
            self._not_before_s, self._frame = not_before_s, None

    def taken_frame(self) -> Frame | None:
        """The frame that was asked for, once; None as long as it has not come."""
        with self._lock:
            frame, self._frame = self._frame, None
            return frame

    def forget_frame(self) -> None:
        """It is not wanted any more."""
        with self._lock:
            self._not_before_s = self._frame = None

    def shut_eyes(self, from_s: float, until_s: float) -> None:
        """Look at no frame that is taken in this time: the whole bench flashes."""
        with self._lock:
            self._shut = (from_s, until_s)

    def open_new_eyes(self) -> None:
        """The camera's map is another one: what the eyes know is about other places."""
        with self._lock:
            self._new_eyes = True

    def offer(self, frame: Frame) -> bool:
        """The vision thread has a frame.

        Returns:
            Whether the eyes are to look at it.
        """
        with self._lock:
            wanted_s = self._not_before_s
            if wanted_s is not None and frame.taken_s >= wanted_s:
                self._frame, self._not_before_s = frame, None
            if self._shut is None:
                return True
            from_s, until_s = self._shut
            if frame.taken_s >= until_s:
                self._shut = None
            return not from_s <= frame.taken_s < until_s

    def take_new_eyes(self) -> bool:
        """Whether new eyes are to be opened, asked once for each order."""
        with self._lock:
            wanted, self._new_eyes = self._new_eyes, False
            return wanted
