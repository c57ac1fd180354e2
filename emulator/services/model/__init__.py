"""An OpenAI-compatible model: real embeddings, and a scripted chat that says what it is."""
