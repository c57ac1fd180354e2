"""Flows that run durably, in this process."""
