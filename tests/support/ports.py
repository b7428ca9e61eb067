"""Free TCP ports on the loopback interface."""

import os
import random
import socket

# Below the range the kernel hands to outgoing connections (32768 and up), so that nobody is given the port between our
# look and the server's bind; each process starts at a place of its own, so that two test workers rarely look at the same.
LOWEST, HIGHEST = 15_000, 32_000
_draw = random.Random(os.getpid())


def free_port() -> int:
    """A port nobody listens on at 127.0.0.1; never the same twice in a row in one process."""
    for _ in range(1_000):
        port = _draw.randrange(LOWEST, HIGHEST)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST} on 127.0.0.1")
