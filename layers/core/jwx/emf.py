"""Metrics as log lines: CloudWatch's embedded metric format, for functions too lean for Powertools.

Each combination of dimension values is billed as a metric of its own: dimensions must come from what was
deployed, never from a request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping


def metric_line(
    name: str, count: int, dimensions: Mapping[str, str], *, namespace: str, milliseconds: int
) -> str:
    """One count. `milliseconds` since 1970, as the format wants them."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    about = {"_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": [directive]}}
    return json.dumps(about | dict(dimensions) | {name: count})
