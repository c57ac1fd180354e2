"""How well Cerebro finds, and how fast: documents and questions with labels, and their measures."""
