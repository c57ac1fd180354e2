"""A place in a list of tokens, with the few moves the parser makes."""

from .errors import syntax_error
from .tokens import Token, tokenize


class Cursor:
    """Reads tokens one by one; every failure is a syntax error that names the token."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text)
        self._at = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    @property
    def following(self) -> Token:
        """The token after the current one; the last when there is none."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def advance(self) -> Token:
        token = self.token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def at(self, *keywords: str) -> bool:
        return self.token.keyword in keywords

    def accept(self, *keywords: str) -> str | None:
        """Moves past one of `keywords` if it stands here, and says which."""
        if not self.at(*keywords):
            return None
        return self.advance().keyword

    def expect(self, keyword: str) -> None:
        if self.accept(keyword) is None:
            raise self.error()

    def name(self) -> Token:
        """An identifier that is no keyword."""
        if self.token.kind != "word" or self.token.keyword:
            raise self.error()
        return self.advance()

    def at_name(self) -> bool:
        return self.token.kind == "word" and not self.token.keyword

    def word(self) -> str:
        """Any word: after a dot keywords are plain property names."""
        if self.token.kind != "word":
            raise self.error()
        return self.advance().text

    def error(self) -> Exception:
        return syntax_error(self.token.text or "end of query", self.token.start)
