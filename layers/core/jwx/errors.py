"""Every error this product raises, as one tree.

JwxError
├── VerificationError          the only one that leaves `Verifier.verify`
├── ConfigurationError         a setting is wrong; the function must not start
├── RequestRefused             the caller's fault: change the request
│   ├── InvalidRequest         a field is missing, of the wrong type or out of bounds
│   ├── InvalidPolicy          a policy contradicts itself
│   ├── UnknownIssuer          no key ring of that name
│   ├── IssuerExists           a key ring of that name is there already
│   ├── UnknownKey             no key of that `kid` in the ring
│   ├── UnsupportedAlgorithm   not an algorithm of the table, or not one of the issuer's
│   ├── NotGranted             no grant lets the caller ask for such a token
│   ├── StandbyNotReady        the successor may not sign yet
│   ├── TooManyKeys            the JWK Set would outgrow its bound
│   └── TooManyTokens          the deny-list would outgrow its bound
└── ServiceFailed              ours or AWS's fault: try again later
    ├── NoActiveKey            the issuer has no key that may sign
    ├── SigningUnavailable     KMS cannot sign with the active key just now
    ├── LostRace               somebody else changed the key ring first
    ├── KeyRingUnavailable     the key ring cannot be read or written
    ├── KeyServiceUnavailable  KMS cannot make or change a key just now
    │   └── KeyNotMade         KMS refused to make a key: none was made
    └── PublicationUnavailable the static copy or the CDN cannot be changed just now

The class names are the contract of direct invokes (Lambda answers them as `errorType`).
Messages name the field, what was given and what is allowed; never an ARN, an account id or a token.
"""

from __future__ import annotations


class JwxError(Exception):
    """Base of every error of this package."""


class VerificationError(JwxError):
    """A token was not accepted.

    `reason` is a stable code for logs and metrics. `retryable` says that there was nothing to judge
    with just now (HTTP 500); otherwise the token itself is at fault (HTTP 401).
    """

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.issuer: str | None = None
        """The configured issuer that it was judged for; never what the token says of itself."""
        self.kid: str | None = None
        """The key that the token names, for the log only: the sender chose it."""


class ConfigurationError(JwxError):
    """A setting is missing or wrong; the message names it and what is allowed."""


class RequestRefused(JwxError):
    """The request cannot be served as it stands; nothing was changed."""


class InvalidRequest(RequestRefused):
    """A field of the request is missing, of the wrong type or out of bounds."""


class InvalidPolicy(RequestRefused):
    """A rotation policy contradicts itself or leaves its bounds."""


class UnknownIssuer(RequestRefused):
    """There is no issuer of that name."""


class IssuerExists(RequestRefused):
    """An issuer of that name exists, or was deleted too recently to be made again."""


class UnknownKey(RequestRefused):
    """The issuer has no key of that `kid`."""


class UnsupportedAlgorithm(RequestRefused):
    """The algorithm is not in the table, or the issuer does not use it."""


class NotGranted(RequestRefused):
    """No grant lets the caller ask for such a token; `code` is its name in RFC 6749 and RFC 8707."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class StandbyNotReady(RequestRefused):
    """The successor has not been published long enough to sign."""


class TooManyKeys(RequestRefused):
    """The JWK Set would outgrow its bound."""


class TooManyTokens(RequestRefused):
    """The deny-list of single tokens would outgrow its bound."""


class ServiceFailed(JwxError):
    """The request was fine; something behind it was not. Try again later."""


class NoActiveKey(ServiceFailed):
    """The issuer has no key that may sign."""


class SigningUnavailable(ServiceFailed):
    """KMS cannot sign with the active key just now.

    `throttled` says that KMS is only busy and the same key may sign in a moment; otherwise the key itself
    is refused (disabled, deleted, out of reach), and only another key or a person can help.
    """

    def __init__(self, message: str, *, throttled: bool = False) -> None:
        super().__init__(message)
        self.throttled = throttled


class LostRace(ServiceFailed):
    """The key ring was changed by somebody else between read and write."""


class KeyRingUnavailable(ServiceFailed):
    """The key ring cannot be read or written just now."""


class KeyServiceUnavailable(ServiceFailed):
    """KMS cannot make, describe or change a key just now."""


class KeyNotMade(KeyServiceUnavailable):
    """KMS refused to make a key, in an answer which says that it made none."""


class PublicationUnavailable(ServiceFailed):
    """The static copy cannot be written, or the CDN cannot be told, just now."""
