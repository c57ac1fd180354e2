"""HTTP handlers: parse, authorise, start or read a run, answer."""
