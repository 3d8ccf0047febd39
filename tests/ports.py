"""A port on which a test may serve."""

import socket


def free_port() -> int:
    """A port that nobody serves at this moment; taken again by another before it is used, the test says so."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
