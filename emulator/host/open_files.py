"""How many files and connections this process may have open: as many as the machine allows."""

ENOUGH = 65_536
"""Each stream is two connections of the host and one of the worker; shells often allow 1,024."""


def raise_open_file_limit() -> int | None:
    """Raise this process's limit, which its children inherit, and tell it; None on Windows, which
    has none. Source: getrlimit(2)."""
    try:
        import resource
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
