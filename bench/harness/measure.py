"""Runs one command and says what it took."""
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Wall and processor time in seconds (the command and all it waited for), peak memory of its largest process in MiB."""
    wall: float
    cpu: float
    peak: float


class CommandFailed(Exception):
    """The command ended with a status that is not 0; the text holds the end of what it said."""


class TooSlow(Exception):
    """The command was ended because it took longer than the limit."""


def timed(command, environment, limit=None):
    """Runs a command (a list, or a string for bash) and gives its Figures.

    wait4 counts the children that the command itself waited for, so a pipeline in one shell is counted whole.
    """
    words = command if isinstance(command, list) else ["bash", "-o", "pipefail", "-c", command]
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   start_new_session=True)
        late = threading.Event()
        timer = threading.Timer(limit or threading.TIMEOUT_MAX, stop, (process.pid, late))
        timer.daemon = True
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            stop(process.pid, late)
            raise
        finally:
            timer.cancel()
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if late.is_set():
            raise TooSlow(words[0])
        if process.returncode != 0:
            output.seek(0)
            end = output.read()[-2000:].decode(errors="replace")
            raise CommandFailed(f"{' '.join(words)} ended with {process.returncode}:\n{end}")
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def stop(group, late):
    """Ends a command and all that it started."""
    late.set()
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def warm(path):
    """Reads everything once, so that every program finds the source in the cache."""
    for folder, _, files in os.walk(path):
        for name in files:
            full = os.path.join(folder, name)
            if os.path.islink(full) or not os.path.isfile(full):
                continue
            with open(full, "rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass
