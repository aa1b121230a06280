"""What people look at: dashboard, alarms and saved queries name what the functions really tell.

The functions are run on fakes, and what they print is compared with what the template asks CloudWatch for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from jwx.errors import KeyRingUnavailable
from tests.fakes.ring_store import FakeRingStore
from tests.unit.template.cloudformation import ROOT, Stack
from tests.unit.template.told import everything

Template = dict[str, Any]
Lines = Mapping[str, list[dict[str, Any]]]
Metric = tuple[str, str, frozenset[tuple[str, str]]]

# What AWS itself measures, with the dimensions that it documents.
OF_AWS = {
    ("AWS/Lambda", "Errors", frozenset({"FunctionName"})),
    ("AWS/Lambda", "Duration", frozenset({"FunctionName"})),
    ("AWS/Lambda", "Throttles", frozenset({"FunctionName"})),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", frozenset({"QueueName"})),
    ("AWS/CloudFront", "Requests", frozenset({"Region", "DistributionId"})),
    ("AWS/CloudFront", "5xxErrorRate", frozenset({"Region", "DistributionId"})),
}
HEADINGS = ["How you notice", "What users see", "What to do", "How you know that it is over"]
SEARCH = re.compile(r"""SEARCH\('\{(?P<schema>[\w,]+)\} (?P<terms>[^']+)', '(?P<stat>\w+)', \d+\)""")
OF_LOGS = {"@timestamp", "@message", "@logStream", "times"}
WORDS = {
    *["fields", "filter", "sort", "limit", "stats", "and", "or", "like", "by", "as", "asc", "desc", "count"]
}


def _fail(store: FakeRingStore) -> None:
    def refuse(_: str) -> None:
        raise KeyRingUnavailable("DynamoDB GetItem: InternalServerError (request r-1)")

    store._calls.before = refuse


@pytest.fixture(scope="module")
def heard(template: Template) -> Lines:
    """All that the functions told, by function."""
    stack = Stack(template)
    functions = ("Signer", "Rotation", "Jwks", "Authorizer")
    services = {f.lower(): stack.environment(f"{f}Function")["POWERTOOLS_SERVICE_NAME"] for f in functions}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jwx")
        patch.setenv("POWERTOOLS_SERVICE_NAME", services["signer"])
        return everything(services, _fail)


@pytest.fixture(scope="module")
def emitted(heard: Lines) -> set[Metric]:
    """Namespace, name and dimensions of every metric that was printed."""
    return {metric for lines in heard.values() for line in lines for metric in _metrics(line)}


def _metrics(line: Mapping[str, Any]) -> Iterator[Metric]:
    for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, str(line[name])) for name in names)
            for metric in directive["Metrics"]:
                assert metric["Name"] in line
                yield directive["Namespace"], metric["Name"], dimensions


def _of_type(template: Template, kind: str) -> list[str]:
    return [name for name, body in template["Resources"].items() if body["Type"] == kind]


def _is_known(metric: Metric, emitted: set[Metric]) -> bool:
    namespace, name, dimensions = metric
    if namespace.startswith("AWS/"):
        return (namespace, name, frozenset(key for key, _ in dimensions)) in OF_AWS
    return metric in emitted


def test_every_alarm_watches_what_is_measured(template: Template, emitted: set[Metric]) -> None:
    """To the dimension's value: an alarm on a metric that nobody writes is silent for ever."""
    for name in _of_type(template, "AWS::CloudWatch::Alarm"):
        alarm = Stack(template).resource(name)
        dimensions = frozenset((one["Name"], one["Value"]) for one in alarm["Dimensions"])
        assert _is_known((alarm["Namespace"], alarm["MetricName"], dimensions), emitted), name


def test_every_alarm_names_a_runbook_that_is_there(template: Template) -> None:
    """Whoever is woken by it reads what to do."""
    for name in _of_type(template, "AWS::CloudWatch::Alarm"):
        description = Stack(template).resource(name)["AlarmDescription"]
        said = re.fullmatch(r".{20,}\. Runbook: (docs/operations/[a-z-]+\.md)", description)
        assert said, name
        assert (ROOT / said[1]).is_file(), said[1]


def _widgets(template: Template) -> list[dict[str, Any]]:
    body = json.loads(Stack(template).resource("Dashboard")["DashboardBody"])
    widgets: list[dict[str, Any]] = body["widgets"]
    return widgets


def test_no_widget_is_empty_by_a_typo(template: Template, emitted: set[Metric]) -> None:
    """Each row of each graph is a metric that the functions print, or that AWS documents."""
    for widget in _widgets(template):
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], str):
                named = row[:-1] if isinstance(row[-1], dict) else row
                namespace, name, *dimensions = named
                metric = (namespace, name, frozenset(zip(dimensions[::2], dimensions[1::2], strict=True)))
                assert _is_known(metric, emitted), row
            else:
                _assert_finds_something(row[0]["expression"], emitted)


def _assert_finds_something(expression: str, emitted: set[Metric]) -> None:
    search = SEARCH.fullmatch(expression)
    assert search, expression
    namespace, *schema = search["schema"].split(",")
    terms = dict(re.findall(r'(\w+)="([^"]+)"', search["terms"]))
    name = terms.pop("MetricName")
    found = [
        dict(dimensions)
        for space, metric, dimensions in emitted
        if (space, metric) == (namespace, name) and {key for key, _ in dimensions} == set(schema)
    ]
    assert any(terms.items() <= dimensions.items() for dimensions in found), expression


def test_the_dashboard_shows_every_metric_and_every_alarm(template: Template, emitted: set[Metric]) -> None:
    """One that is printed, billed and never looked at would be a waste."""
    shown = json.dumps(_widgets(template))
    for name in sorted({name for _, name, _ in emitted}):
        assert f'"{name}"' in shown or f'MetricName=\\"{name}\\"' in shown, name
    for name in _of_type(template, "AWS::CloudWatch::Alarm"):
        assert f"<{name}.Arn>" in shown, name


def test_no_metric_has_a_dimension_that_a_caller_chooses(emitted: set[Metric]) -> None:
    """Each combination of values is billed: names come from what was deployed or found to exist."""
    allowed = {"service", "issuer", "algorithm", "error", "status", "outcome", "reason"}
    assert {key for _, _, dimensions in emitted for key, _ in dimensions} <= allowed


def _queries(template: Template) -> list[str]:
    return _of_type(template, "AWS::Logs::QueryDefinition")


@pytest.mark.parametrize(
    "name",
    [
        "KeyLifeQuery",
        "VerbsQuery",
        "RotationTroubleQuery",
        "RefusalsQuery",
        "RequestQuery",
        "TokenQuery",
        "SigningTroubleQuery",
    ],
)
def test_every_field_of_a_query_is_in_a_line_that_it_finds(
    template: Template, heard: Lines, name: str
) -> None:
    """In the log of the function whose log group the query reads."""
    query = Stack(template).resource(name)
    (group,) = query["LogGroupNames"]
    lines = heard[group.strip("<>").removesuffix("Logs").lower()]
    found = [line for line in lines if _matches(query["QueryString"], line)]
    assert found
    known = {field for line in found for field in line}
    assert _fields(query["QueryString"]) <= known | OF_LOGS


def _fields(text: str) -> set[str]:
    bare = re.sub(r'"[^"]*"|/[^/]*/', "", text)
    return {word for word in re.findall(r"@?[a-z_]+", bare) if word not in WORDS}


def _matches(query: str, line: Mapping[str, Any]) -> bool:
    """The `filter` of a query, as far as ours go: one level of `and` or `or`; capital words fit anything."""
    (text,) = re.findall(r"filter (.+)", query)
    joined = re.split(r" (?:and|or) ", text)
    results = [_holds(condition, line) for condition in joined]
    return any(results) if " or " in text else all(results)


def _holds(condition: str, line: Mapping[str, Any]) -> bool:
    field, operator, value = condition.split(" ", 2)
    given = line.get(field)
    if operator == "like":
        return given is not None and re.search(value.strip("/"), str(given)) is not None
    wanted = value.strip('"')
    if re.fullmatch(r"[A-Z_]{3,}", wanted) and wanted not in ("WARNING", "ERROR"):
        return given is not None
    return (given == wanted) == (operator == "=")


def test_every_query_is_tested(template: Template) -> None:
    """The list above is complete."""
    assert len(_queries(template)) == 7


def test_a_key_is_followed_from_birth_to_deletion(heard: Lines) -> None:
    """The query for one kid finds each change in its life, and who asked for it."""
    lives: dict[str, list[str]] = {}
    for line in heard["rotation"]:
        if str(line.get("message", "")).startswith("signing_key_"):
            lives.setdefault(line["kid"], []).append(line["message"].removeprefix("signing_key_"))
            assert {"verb", "requested_by", "request_id"} <= line.keys()
    whole = ["created", "published", "activated", "retired", "deleted"]
    assert whole in lives.values()
    assert any("revoked" in life for life in lives.values())


def test_nothing_told_names_an_account(heard: Lines) -> None:
    """Neither an ARN nor an account id, in any line."""
    text = json.dumps(list(heard.values()))
    assert "arn:" not in text
    assert "111122223333" not in text


def test_alarm_thresholds_can_be_reached(template: Template) -> None:
    """Periods are what CloudWatch allows, and nobody is woken after more than half an hour."""
    for name in _of_type(template, "AWS::CloudWatch::Alarm"):
        alarm = Stack(template).resource(name)
        assert alarm["Period"] % 60 == 0
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 1800, name


def test_runbooks_are_complete() -> None:
    """Each says how it is noticed, what users see, what to do, and when it is over."""
    books = sorted((Path(ROOT) / "docs" / "operations").glob("*.md"))
    assert len(books) >= 9
    for book in books:
        text = book.read_text()
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        if book.name != "README.md":
            assert headings == [
                "How you notice",
                "What users see",
                "What to do",
                "How you know that it is over",
            ]
