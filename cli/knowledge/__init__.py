"""The knowledge of a pack: its documents, the chunks they are cut into, and loading them."""
