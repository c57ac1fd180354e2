"""The child process that runs the app on Microsoft's own worker library."""
