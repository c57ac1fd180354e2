"""The Durable Functions extension of the local host: SDK 1.x's JSON protocol on SQLite."""
