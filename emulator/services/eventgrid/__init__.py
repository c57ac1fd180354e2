"""Event Grid custom topics: publish, subscribe with a handshake, deliver with retries."""
