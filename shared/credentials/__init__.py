"""Credential profiles, Key Vault's secrets, and handles that stand for them."""
