"""A sampling profiler in the bot's process: where the main thread's CPU time goes, at next to no cost.

The kernel's profiling timer ticks with the process's CPU time (every 4 ms on most kernels). Each tick takes the stack
of the main thread and weighs it by the CPU time that the main thread used since the tick before, so what the
database's threads use is not put down to the event loop.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

EVERY = 0.001


class Sampler:
    """Takes samples between `start` and `stop`, then writes them as JSON: {"main", "threads", "stacks"}."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stacks: defaultdict[str, float] = defaultdict(float)
        self._main = self._process = self._last = 0.0

    def start(self) -> None:
        """Begins."""
        self._stacks.clear()
        self._main = self._last = time.thread_time()
        self._process = time.process_time()
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def stop(self) -> None:
        """Ends, and writes what was seen; stacks are "file:function" from the outermost to the innermost."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        main = time.thread_time() - self._main
        threads = time.process_time() - self._process - main
        text = json.dumps({"main": main, "threads": threads, "stacks": self._stacks})
        partial = self._path.with_suffix(".partial")
        partial.write_text(text)
        os.replace(partial, self._path)

    def _take(self, _signal: int, frame: FrameType | None) -> None:
        now = time.thread_time()
        used, self._last = now - self._last, now
        frames = []
        while frame is not None:
            code = frame.f_code
            frames.append(f"{code.co_filename}:{code.co_qualname}")
            frame = frame.f_back
        self._stacks["\n".join(reversed(frames))] += used
