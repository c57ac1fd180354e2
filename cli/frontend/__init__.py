"""The front end on this machine: its Node, packages, build, checks and browser tests."""
