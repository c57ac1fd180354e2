"""What is deployed: where it is, whether it works, and what is wrong with it."""
