"""Print the tables of docs/cost-and-scale.md."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.cost.model import bill, quota_shares, sustainable_tokens
from benchmarks.cost.workload import MONTH, Workload
from benchmarks.markdown import table

VERIFICATIONS = (1e6, 1e8, 1e10)
TOKENS = (1, 100, 1_000, 10_000)
ISSUERS = (1, 100, 10_000)
BEGIN = "<!-- begin: python -m benchmarks.cost -->"
END = "<!-- end -->"


def tables() -> str:
    """All tables as Markdown."""
    by_verifications = [Workload(verifications=n / MONTH) for n in VERIFICATIONS]
    by_tokens = [Workload(tokens=n) for n in TOKENS]
    by_rsa = [Workload(tokens=n, algorithm="RS256", sign_seconds=0.025) for n in TOKENS]
    parts = [
        "**Verifications a month, none signed here**",
        _bills(by_verifications, [f"{n:,.0f}" for n in VERIFICATIONS]),
        "**Tokens a second, ES256**",
        _bills(by_tokens, [f"{n:,}" for n in TOKENS]),
        "**Tokens a second, RS256 at 2048 bits**",
        _bills(by_rsa, [f"{n:,}" for n in TOKENS]),
        "**Issuers, nothing signed or verified here**",
        _bills([Workload(issuers=n) for n in ISSUERS], [f"{n:,}" for n in ISSUERS]),
        "**Share of each default quota, by tokens a second** (above 100% it is throttled)",
        _shares(by_tokens, [f"{n:,}" for n in TOKENS]),
        "**Share of each default quota, by verifications a month**",
        _shares(by_verifications, [f"{n:,.0f}" for n in VERIFICATIONS]),
        "**Tokens a second before KMS throttles**",
        _ceilings(),
    ]
    return "\n\n".join(parts)


def _bills(workloads: Iterable[Workload], heads: list[str]) -> str:
    bills = [bill(workload) for workload in workloads]
    rows = [[name, *(_usd(b.services[name]) for b in bills)] for name in bills[0].services]
    total = ["**all, USD a month**", *(f"**{_usd(b.total)}**" for b in bills)]
    return table(["", *heads], [*rows, total])


def _shares(workloads: Iterable[Workload], heads: list[str]) -> str:
    shares = [quota_shares(workload) for workload in workloads]
    taken = [name for name in shares[0] if any(s[name] >= 0.0005 for s in shares)]
    rows = [[name, *(f"{s[name]:.1%}" for s in shares)] for name in taken]
    return table(["", *heads], rows)


def _ceilings() -> str:
    rows = [
        [str(regions), *(f"{sustainable_tokens(regions=regions, quota_classes=n):,.0f}" for n in (1, 2))]
        for regions in (1, 2, 3)
    ]
    return table(["Regions", "one algorithm", "ECC and RSA side by side"], rows)


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


if __name__ == "__main__":
    print(tables())
