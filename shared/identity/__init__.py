"""Who is asking: access tokens of Entra ID."""
