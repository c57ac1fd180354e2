"""Tools, one per file, and the ledger that keeps their effects from happening twice."""
