"""What a command says when it cannot do its work."""


class CommandError(Exception):
    """Ends the command; the message is one line for the person at the terminal."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
