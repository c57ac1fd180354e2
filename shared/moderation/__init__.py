"""Whoever judges whether a text may be said: one file for each service."""
