"""Judge template.yaml, and the CloudFormation that SAM makes of it: what is linted is what is deployed.

python -m local.lint_template
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.place import REGION, ROOT, TOOLS

TEMPLATE = ROOT / "template.yaml"
SAM, CFN_LINT, SAM_PYTHON = (str(TOOLS / "sam" / "bin" / name) for name in ("sam", "cfn-lint", "python"))
CHECKOV = str(TOOLS / "checkov" / "bin" / "checkov")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one tool said of one form of the template; no complaint means that it passed."""

    tool: str
    ran: str
    complaint: str = ""


def main() -> int:
    passed = True
    for verdict in verdicts():
        passed &= not verdict.complaint
        print(f"{'FAILED' if verdict.complaint else 'ok':6} {verdict.tool}: {verdict.ran}", flush=True)
        if verdict.complaint:
            print(verdict.complaint, flush=True)
    return 0 if passed else 1


def verdicts() -> Iterator[Verdict]:
    """All tools take seconds to start, so that they run side by side."""
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        made = Path(directory) / "transformed.json"
        made.write_text(_transformed())
        judgements = [
            pool.submit(judged_by_checkov, form, resources=_resources(made)) for form in (TEMPLATE, made)
        ]
        judgements += [
            pool.submit(_by_exit_code, [CFN_LINT, "--template", str(form)], form) for form in (TEMPLATE, made)
        ]
        validate = [SAM, "validate", "--lint", "--region", REGION, "--template", str(TEMPLATE)]
        judgements.append(pool.submit(_by_exit_code, validate, TEMPLATE))
        yield from (judgement.result() for judgement in judgements)


def judged_by_checkov(form: Path, *, resources: int) -> Verdict:
    """checkov exits with 0 on a file that it cannot read, so its counts are asked instead."""
    command = [CHECKOV, "--config-file", str(ROOT / ".checkov.yaml"), "--output", "json", "--file", str(form)]
    finished = _run(command)
    try:
        report = json.loads(finished.stdout)
    except ValueError:
        return Verdict(tool="checkov", ran=form.name, complaint=finished.stdout + finished.stderr)
    summary = report.get("summary", {})
    ran = f"{form.name}, {summary.get('passed', 0)} checks on {summary.get('resource_count', 0)} resources"
    return Verdict(tool="checkov", ran=ran, complaint=_complaint(report, summary, resources))


def _complaint(report: dict[str, Any], summary: dict[str, int], resources: int) -> str:
    if not summary.get("passed") or summary.get("parsing_errors"):
        return f"checkov did not check the file: {report}"
    if summary["resource_count"] * 2 < resources:
        return f"checkov saw {summary['resource_count']} of {resources} resources"
    failed = report["results"]["failed_checks"]
    return "\n".join(f"  {one['check_id']} {one['resource']}: {one['check_name']}" for one in failed)


def _by_exit_code(command: list[str], form: Path) -> Verdict:
    finished = _run(command)
    output = "" if finished.returncode == 0 else finished.stdout + finished.stderr
    return Verdict(tool=Path(command[0]).name, ran=form.name, complaint=output)


def _transformed() -> str:
    finished = _run([SAM_PYTHON, str(ROOT / "local" / "sam_transform.py")], given=TEMPLATE.read_text())
    if finished.returncode != 0:
        raise SystemExit(f"SAM cannot transform template.yaml:\n{finished.stderr}")
    return finished.stdout


def _resources(made: Path) -> int:
    return len(json.loads(made.read_text())["Resources"])


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
