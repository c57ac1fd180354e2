"""One fake per port: small, honest, in memory."""
