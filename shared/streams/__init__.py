"""The event log of a run: appending to it, reading it as it grows, sending it as SSE."""
