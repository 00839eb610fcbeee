"""
Training beside other people's work on the same machine.

`wait_while_paused`: nothing is computed while a file `PAUSE` lies in the run folder.
`Threads`: run at `nice -n 19`. Two threads meet at a barrier after every product, so one busy core stalls both (2.6 s a step
instead of 0.75); one thread on the free core needs 1.2 s. So: one thread while others use more than BUSY_CORES.
Others' use is what /proc/stat counts less our own; where there is no /proc, always all threads.
`Stop`: a plain `kill` lets the step finish and the weights be saved.
"""
import os
import signal
import time

import torch

from paths import RUN

BUSY_CORES, ALL_THREADS = 0.35, 2


def wait_while_paused():
    """-> seconds waited."""
    began = time.time()
    while os.path.exists(f"{RUN}/PAUSE"):
        time.sleep(1)
    return time.time() - began


def others_seconds():
    """CPU seconds that everything but this process has used, from a fixed but unknown beginning; None where it cannot be known."""
    try:
        with open("/proc/stat") as stat:
            user, niced, system = (int(v) for v in stat.readline().split()[1:4])
    except OSError:
        return None
    return (user + niced + system) / os.sysconf("SC_CLK_TCK") - time.process_time()


class Stop:
    def __init__(self):
        self.asked = False
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "asked", True))


class Threads:
    def __init__(self):
        self.time, self.used, self.count = time.time(), others_seconds(), ALL_THREADS
        torch.set_num_threads(ALL_THREADS)

    def choose(self):
        """Call between steps; looks back over at least half a second."""
        now, used = time.time(), others_seconds()
        if used is None or now - self.time < 0.5:
            return
        count = 1 if (used - self.used) / (now - self.time) > BUSY_CORES else ALL_THREADS
        self.time, self.used = now, used
        if count != self.count:
            torch.set_num_threads(count)
            self.count = count
