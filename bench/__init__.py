"""What the app costs beyond the services it calls, measured on this machine."""
