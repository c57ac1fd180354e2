"""The terminal program `./eira`: starts the local cloud, talks to it, checks the code."""
