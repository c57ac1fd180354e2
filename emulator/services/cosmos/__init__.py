"""Azure Cosmos DB for NoSQL on one machine: the REST protocol over SQLite."""
