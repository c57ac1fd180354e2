"""Azure Key Vault: secrets, their versions and their soft delete."""
