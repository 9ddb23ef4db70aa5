"""Starts a program that ends when its parent does, however that one ends. Run as a script.

`python child.py PARENT_PID PROGRAM ARGUMENT…` asks the kernel for SIGTERM at the death of the
parent (Linux: prctl PR_SET_PDEATHSIG, kept over exec) and then becomes PROGRAM. Elsewhere it just
becomes PROGRAM. A script and not a `preexec_fn`: that may not be used where threads run.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""

ARGUMENTS_AT_LEAST = 3


def main() -> None:
    """Become the program."""
    if len(sys.argv) < ARGUMENTS_AT_LEAST:
        sys.exit("needs the parent's pid and a program")
    parent = int(sys.argv[1])
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the parent is gone already")
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    main()
