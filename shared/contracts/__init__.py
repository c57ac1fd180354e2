"""Everything that is serialised: over HTTP, through Durable, into Cosmos and onto the stream."""
