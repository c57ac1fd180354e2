"""Tests of the scripted model's rules: what people write, and what is understood."""
