"""Checks of what the repository depends on and of what was committed to it."""
