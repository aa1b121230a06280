"""What the linter has to say: one finding for each rule that a document breaks at one place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters to those who verify with these documents."""

    ERROR = "error"
    """A MUST is broken, or clients will refuse the document or trust what they should not."""
    WARNING = "warning"
    """A SHOULD is broken, or some widely used clients will fare badly."""
    HINT = "hint"
    """It works; here is how it would work better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A requirement, with who asks for it. `title` says what ought to be."""

    code: str
    severity: Severity
    reference: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule broken at one place."""

    rule: Rule
    where: str
    """A URL, or a place in the document: `keys[0]`, `issuer`."""
    message: str

    def as_json(self) -> dict[str, str]:
        """For `--json`; the members are a contract."""
        return {
            "code": self.rule.code,
            "severity": self.rule.severity.value,
            "where": self.where,
            "message": self.message,
            "reference": self.rule.reference,
        }


def on_one_line(text: str) -> str:
    """Text that others had a hand in: plain ASCII, so that it has no power over a terminal or a log."""
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]


def quoted(value: object, *, longest: int = 60) -> str:
    """A value of somebody else's document, shortened."""
    text = ascii(value)
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
