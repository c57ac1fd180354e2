"""The page at /runtime/ui and its data: what orchestrations and entities do, live."""
