"""Proof of the effects: workers killed and an ERP that fails, under load; every run checked."""
