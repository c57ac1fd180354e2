"""What the app tells whoever operates it: spans and measures, never what people wrote."""
