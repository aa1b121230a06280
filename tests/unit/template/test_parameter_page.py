"""docs/parameters.md says of each parameter of the template what the template says."""

from __future__ import annotations

import re
from typing import Any

from tests.unit.template.cloudformation import ROOT

PAGE = ROOT / "docs" / "parameters.md"
FEW = 6
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def default(parameter: dict[str, Any]) -> str:
    """As the page shows it."""
    return f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty"


def allowed(parameter: dict[str, Any]) -> str:
    """The bounds that CloudFormation holds a value to, as the page shows them."""
    values = parameter.get("AllowedValues", [])
    if len(values) > FEW:
        return f"one of {len(values)} from `{values[0]}` to `{values[-1]}`"
    if values:
        return ", ".join(f"`{value}`" for value in values)
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} to {parameter['MaxValue']}"
    longest = f", up to {parameter['MaxLength']} characters" if "MaxLength" in parameter else ""
    return str(parameter["ConstraintDescription"]).removesuffix(", or empty") + longest


def test_every_parameter_is_listed_once_with_its_default_and_bounds(template: dict[str, Any]) -> None:
    """Who deploys finds each, and no value that CloudFormation refuses."""
    rows = ROW.findall(PAGE.read_text())
    listed = {name: (given, bounds) for name, _, given, bounds in rows}
    assert len(rows) == len(listed)
    assert listed == {name: (default(each), allowed(each)) for name, each in template["Parameters"].items()}
