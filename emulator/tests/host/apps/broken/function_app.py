"""A probe app that does not import."""

raise RuntimeError("this app is broken")
