"""BRI-FLOW: the pure rules of the flow language."""
