"""A Functions host and the Azure services an app needs, for one machine."""
