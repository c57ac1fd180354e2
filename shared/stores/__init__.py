"""Cosmos DB: conversations, runs, effects, audit events, event logs."""
