"""Everything that docs/performance.md and docs/cost-and-scale.md say in figures: `python -m benchmarks`."""
