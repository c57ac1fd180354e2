"""Pure generators that Durable replays: no clock, no randomness, no I/O, no environment."""
