"""The key of the one terminal entry: whoever comes second finds it written."""

TERMINAL_STEP = "end"
TERMINAL_PART = "terminal"
