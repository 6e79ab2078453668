"""Programs that this one starts."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """For `Popen(preexec_fn=…)`: on Linux a child is told to stop when its parent dies unsaid."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
