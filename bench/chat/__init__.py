"""`./eira bench chat`: inline agent calls, measured."""
