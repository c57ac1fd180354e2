"""An MCP server over streamable HTTP, whose tools and records are data."""
