"""Measures the local Functions host with a small app of its own (`./eira bench host`)."""
