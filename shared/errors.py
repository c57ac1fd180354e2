"""
The error tree, named for what the caller can do:

* AppError
  x RequestError            -> the caller must change the request (4xx)
    + InvalidRequestError       400, names the fields
    + UnauthenticatedError      401
    + ForbiddenError            403
    + NotAllowedError           403, names what the settings do not allow
    + NotFoundError             404
    + ConflictError             409
    + GoneError                 410
    + ChangedError              412
    + UnconditionalError        428
    + TooLargeError             413
    + UnsupportedMediaTypeError 415
  x DependencyError         -> something outside failed; trying again may help (5xx)
    + ModelError
      . KeyRefusedError         the key that it was asked with
    + SearchError
      . SearchKeyRefusedError   likewise
      . RefusedError            of single documents, which it names
    + ErpError
      . ErpBusyError
      . CerebroError            of a tool that is no ERP's
      . RemoteError             of tools behind http and mcp
        RemoteBusyError
        RemoteSecretError
    + ModerationError
    + SecretError               Key Vault is away, or has not what the settings name
    + StoreError
    + PackGoneError             410, trying again does not help
    + DeadlineError             the run's own time is over
    + ContentBlockedError       422, neither
    + QuotaExceededError        429, later
  x RunStoppedError         -> somebody asked the run to stop; the step gives up
  x ConfigurationError      -> the operator must change a setting; the app does not start
"""

from collections.abc import Mapping

from shared.contracts.flows.versions import FlowVersion
from shared.contracts.problems import ASKED_IN_VAIN, STOPPED, ErrorCode, Failure, FieldProblem


class AppError(Exception):
    """Base of every failure we raise on purpose."""


class RequestError(AppError):
    """The caller sent something we cannot act on; `message` is a key of the message catalogue."""

    status = 400
    code: ErrorCode = "INVALID_REQUEST"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class InvalidRequestError(RequestError):
    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__("invalid_request")
        self.problems = problems


class UnauthenticatedError(RequestError):
    status = 401
    code: ErrorCode = "UNAUTHENTICATED"


class ForbiddenError(RequestError):
    status = 403
    code: ErrorCode = "FORBIDDEN"


class NotAllowedError(RequestError):
    """On no list of what the settings allow: another name must be asked for."""

    status = 403
    code: ErrorCode = "NOT_ALLOWED"


class NotFoundError(RequestError):
    status = 404
    code: ErrorCode = "NOT_FOUND"


class ConflictError(RequestError):
    status = 409

    def __init__(self, code: ErrorCode, message: str, **values: object) -> None:
        super().__init__(message, **values)
        self.code = code


class GoneError(RequestError):
    status = 410
    code: ErrorCode = "EXPIRED"


class ChangedError(RequestError):
    """What is to be saved was made from a version that is not the newest any more."""

    status = 412
    code: ErrorCode = "VERSION_CONFLICT"

    def __init__(self, newest: FlowVersion) -> None:
        super().__init__(
            "flow_changed",
            version=newest.version,
            who=newest.saved_by.name,
            when=f"{newest.saved_at:%Y-%m-%d %H:%M} UTC",
        )
        self.newest = newest


class UnconditionalError(RequestError):
    """It must be said which version is meant to be the newest (`If-Match`; RFC 6585, section 3)."""

    status = 428
    code: ErrorCode = "PRECONDITION_REQUIRED"


class TooLargeError(RequestError):
    status = 413
    code: ErrorCode = "TOO_LARGE"


class UnsupportedMediaTypeError(RequestError):
    status = 415
    code: ErrorCode = "UNSUPPORTED_MEDIA_TYPE"


class DependencyError(AppError):
    """A service we rely on failed. `retry_after` is in seconds, when the service named it;
    `retryable` is whether the same request may succeed later."""

    code: ErrorCode = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | None = None,
        retry_after: float | None = None,
        retryable: bool = True,
    ) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.retry_after = retry_after
        self.retryable = retryable

    def as_failure(self) -> Failure:
        """The value that travels through Durable; the message is a catalogue key, not the text."""
        return Failure(
            code=self.code,
            message=self.code.lower(),
            retryable=self.retryable,
            retry_after=self.retry_after,
        )


class ModelError(DependencyError):
    code: ErrorCode = "MODEL_UNAVAILABLE"

    def as_failure(self) -> Failure:
        """Nobody is invited to try again what the model will refuse again."""
        refused = self.code == "MODEL_UNAVAILABLE" and not self.retryable
        failure = super().as_failure()
        return failure.model_copy(update={"message": "model_refused"}) if refused else failure


class KeyRefusedError(ModelError):
    """It answered 401: the key may have been rotated since it was read."""


class SearchError(DependencyError):
    code: ErrorCode = "SEARCH_UNAVAILABLE"


class SearchKeyRefusedError(SearchError):
    """It answered 401 or 403, as Azure AI Search does to a key that it does not know."""


class RefusedError(SearchError):
    """Documents that will be refused again; `reasons` are the service's, by id. The others of the
    batch were written."""

    def __init__(self, message: str, reasons: Mapping[str, str]) -> None:
        super().__init__(message, retryable=False)
        self.reasons = reasons


class ErpError(DependencyError):
    """`sent` tells whether the request may have reached the ERP."""

    code: ErrorCode = "ERP_UNAVAILABLE"
    why_not = "unreachable"
    """Key of the wording, for a call that did not arrive."""

    def __init__(self, message: str, *, sent: bool, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.sent = sent


class ErpBusyError(ErpError):
    """It answered 429: it did nothing, and wants to be asked later."""

    why_not = "erp_busy"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, sent=False, retry_after=retry_after)


class CerebroError(ErpError):
    """A tool that asks Cerebro, or writes into it, could not."""

    code: ErrorCode = "SEARCH_UNAVAILABLE"
    why_not = "search_unavailable"


class RemoteError(ErpError):
    """What a call of `http` or `mcp` was made to could not be reached, or did not answer."""

    why_not = "tool_unreachable"


class RemoteBusyError(RemoteError):
    """It answered 429: it did nothing, and wants to be asked later."""

    why_not = "tool_busy"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, sent=False, retry_after=retry_after)


class RemoteSecretError(RemoteError):
    """The secret that it is called with cannot be had: nothing was sent."""

    code: ErrorCode = "CREDENTIALS_UNAVAILABLE"
    why_not = "credentials_unavailable"

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class ModerationError(DependencyError):
    code: ErrorCode = "MODERATION_UNAVAILABLE"


class SecretError(DependencyError):
    """A secret cannot be had. The message names it, and never holds its value."""

    code: ErrorCode = "CREDENTIALS_UNAVAILABLE"


class StoreError(DependencyError):
    code: ErrorCode = "STORE_UNAVAILABLE"


class PackGoneError(DependencyError):
    """A run began with a version of the pack that is no longer deployed."""

    code: ErrorCode = "EXPIRED"

    def __init__(self, version: str) -> None:
        super().__init__(f"pack {version!r} is not deployed", retryable=False)

    def as_failure(self) -> Failure:
        return Failure(code=self.code, message="pack_gone")


class DeadlineError(DependencyError):
    """The time that the run was given is over, in the middle of a step."""

    code: ErrorCode = "TIMEOUT"

    def __init__(self) -> None:
        super().__init__("the run's time is over", retryable=False)

    def as_failure(self) -> Failure:
        return Failure(code=self.code, message="deadline_exceeded")


class ContentBlockedError(DependencyError):
    """Moderation does not let a text through; `categories` say why, for whoever operates the app.
    `asked`: it is what was asked, and not an answer."""

    code: ErrorCode = "CONTENT_BLOCKED"

    def __init__(self, categories: tuple[str, ...], *, asked: bool) -> None:
        what = "what was asked" if asked else "an answer"
        super().__init__(f"{what} is blocked for {', '.join(categories)}", retryable=False)
        self.asked = asked

    def as_failure(self) -> Failure:
        return ASKED_IN_VAIN if self.asked else super().as_failure()


class QuotaExceededError(DependencyError):
    """As much was asked for as is allowed for now; `said` is what people are told, as a key of the
    wording, and `retry_after` in how many seconds there may be more."""

    code: ErrorCode = "QUOTA_EXCEEDED"

    def __init__(self, retry_after: int, said: str) -> None:
        super().__init__(f"a quota is used up: {said}", retry_after=retry_after)
        self._said = said

    def as_failure(self) -> Failure:
        return super().as_failure().model_copy(update={"message": self._said})


class RunStoppedError(AppError):
    """Somebody asked the run to stop while this step was at work."""

    failure = STOPPED


class ConfigurationError(AppError):
    """A setting is missing or wrong; the message names it and shows an example. `others` are the
    messages of what was found to be wrong besides."""

    def __init__(self, message: str, others: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.others = others
