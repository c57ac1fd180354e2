"""From what was asked of an agent to the call as it is run, wherever it was asked."""
