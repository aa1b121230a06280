"""Reads template.yaml as CloudFormation does: functions in short form, and their values."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
PSEUDO = {
    "AWS::StackName": "shop",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
NO_VALUE = object()


class _Loader(yaml.SafeLoader):
    pass


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load() -> dict[str, Any]:
    template: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506
    return template


def references(value: Any) -> Iterator[str]:
    """All names that a value refers to: resources, parameters and pseudo parameters."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0]
            elif key == "Fn::Sub":
                text, own = (item, {}) if isinstance(item, str) else item
                names = re.findall(r"\$\{([\w:]+)[.\w]*\}", text)
                yield from (name for name in names if name not in own)
                yield from references(own)
            else:
                yield from references(item)


class Stack:
    """The template with parameters filled in; a resource's attribute shows as `<Name.Attribute>`."""

    def __init__(self, template: Mapping[str, Any], **parameters: str) -> None:
        self._template = template
        self._parameters = {
            name: str(parameters.get(name, body.get("Default", "")))
            for name, body in template["Parameters"].items()
        }

    def resource(self, name: str) -> Any:
        """The properties of a resource."""
        return self.value(self._template["Resources"][name]["Properties"])

    def environment(self, function: str) -> dict[str, str]:
        """The variables that are set."""
        given = self.resource(function)["Environment"]["Variables"]
        return {name: str(value) for name, value in given.items()}

    def output(self, name: str) -> Any:
        return self.value(self._template["Outputs"][name]["Value"])

    def holds(self, condition: str) -> bool:
        return bool(self.value(self._template["Conditions"][condition]))

    def value(self, node: Any) -> Any:
        """A node with all functions evaluated and all `AWS::NoValue` gone."""
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name in {"Ref", "Condition"} or name.startswith("Fn::"):
                return self._function(name, argument)
        values = {key: self.value(item) for key, item in node.items()}
        return {key: item for key, item in values.items() if item is not NO_VALUE}

    def _function(self, name: str, argument: Any) -> Any:
        match name.removeprefix("Fn::"):
            case "Ref":
                return self._ref(argument)
            case "Condition":
                return self.holds(argument) if isinstance(argument, str) else {name: self.value(argument)}
            case "GetAtt":
                return f"<{'.'.join(argument)}>"
            case "If":
                return self.value(argument[1] if self.holds(argument[0]) else argument[2])
            case "Equals":
                left, right = self.value(argument)
                return left == right
            case "Not":
                return not self.value(argument)[0]
            case "And":
                return all(self.value(argument))
            case "Join":
                return argument[0].join(self.value(argument[1]))
            case "FindInMap":
                table, row, column = self.value(argument)
                return self._template["Mappings"][table][row][column]
            case "Sub":
                text, own = (argument, {}) if isinstance(argument, str) else argument
                known = {key: self.value(item) for key, item in own.items()}
                return re.sub(r"\$\{([\w:.]+)\}", lambda match: self._named(match[1], known), text)
        raise NotImplementedError(name)

    def _named(self, name: str, known: Mapping[str, Any]) -> str:
        return str(known[name] if name in known else f"<{name}>" if "." in name else self._ref(name))

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in PSEUDO:
            return PSEUDO[name]
        if name not in self._parameters:
            return f"<{name}>"
        given = self._parameters[name]
        is_list = self._template["Parameters"][name]["Type"] == "CommaDelimitedList"
        return given.split(",") if is_list else given
