"""BRI-FLOW: what a flow is, what is wrong with one, and what its run consists of."""
