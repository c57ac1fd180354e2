"""Model providers, one per file."""
