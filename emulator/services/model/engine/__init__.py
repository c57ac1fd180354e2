"""What the scripted model answers: rules and scenarios are data, this is what reads them."""
