"""The rules as a table for the docs: `python -m jwx_cli.linter.rule_table`."""

from __future__ import annotations

from jwx_cli.linter.rules import RULES

HEAD = "| Code | Severity | What ought to be | Who says so |\n|---|---|---|---|\n"


def rule_table() -> str:
    """In Markdown, in the order of the table of rules."""
    return HEAD + "".join(
        f"| `{rule.code}` | {rule.severity} | {rule.title} | {rule.reference} |\n" for rule in RULES.values()
    )


if __name__ == "__main__":
    print(rule_table(), end="")
