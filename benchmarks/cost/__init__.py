"""What the product costs to run, and which quota is met first: `python -m benchmarks.cost`."""
