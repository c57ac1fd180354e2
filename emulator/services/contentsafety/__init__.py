"""Azure AI Content Safety: texts are judged by lists of words."""
