"""The query language: tokens, syntax tree, evaluation; knows nothing of HTTP or storage."""
