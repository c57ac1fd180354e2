"""What the doctor looks at, one service per file."""
