"""Rewinding a failed orchestration: what failed is done again, what succeeded stays."""


class RewindError(Exception):
    """This instance cannot be rewound here; the message says what to do instead."""
