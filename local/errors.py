"""The one exception of the local environment."""


class LocalError(Exception):
    """Something the person at the terminal can act on; the message is the one sentence to print."""
