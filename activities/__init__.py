"""The agents: one step of a run per file, each a plain function of its request."""
