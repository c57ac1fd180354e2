"""Wire-compatible stand-ins for the Azure services, for one machine."""
