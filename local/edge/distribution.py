"""What the deployed template says about its CloudFront distribution."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.errors import LocalError

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudfront.type_defs import DistributionConfigOutputTypeDef, OriginOutputTypeDef

API_HOST = ".execute-api."
BUCKET_HOST = ".s3."


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The part of a distribution that the edge plays."""

    identifier: str
    api_path: str
    bucket: str
    path_patterns: tuple[str, ...]
    failover_codes: tuple[int, ...]
    connect_timeout: int
    read_timeout: int
    function_arn: str = ""
    """The viewer function of the default behaviour."""
    headers_policy: str = ""


def find_distribution(cloudfront: "CloudFrontClient") -> Distribution | None:
    """The only distribution of the emulator, once the deployment has made it."""
    found = cloudfront.list_distributions()["DistributionList"].get("Items", [])
    if not found:
        return None
    identifier = found[0]["Id"]
    config = cloudfront.get_distribution_config(Id=identifier)["DistributionConfig"]
    return read_distribution(identifier, config)


def read_distribution(identifier: str, config: "DistributionConfigOutputTypeDef") -> Distribution:
    origins = config["Origins"]["Items"]
    api = _origin_at(origins, API_HOST)
    bucket = _origin_at(origins, BUCKET_HOST)
    custom = api.get("CustomOriginConfig", {})
    default = config["DefaultCacheBehavior"]
    return Distribution(
        identifier=identifier,
        api_path=f"/_aws/execute-api/{api['DomainName'].split('.')[0]}{api.get('OriginPath', '')}",
        bucket=bucket["DomainName"].split(BUCKET_HOST)[0],
        path_patterns=tuple(each["PathPattern"] for each in config["CacheBehaviors"].get("Items", [])),
        failover_codes=_failover_codes(config),
        connect_timeout=api.get("ConnectionTimeout", 10) * api.get("ConnectionAttempts", 3),
        read_timeout=custom.get("OriginReadTimeout", 30),
        function_arn=default["FunctionAssociations"]["Items"][0]["FunctionARN"],
        headers_policy=default["ResponseHeadersPolicyId"],
    )


def _origin_at(origins: "Iterable[OriginOutputTypeDef]", host: str) -> "OriginOutputTypeDef":
    for origin in origins:
        if host in origin["DomainName"]:
            return origin
    raise LocalError(f"The template's distribution has no origin at '*{host}*'.")


def _failover_codes(config: "DistributionConfigOutputTypeDef") -> tuple[int, ...]:
    """Without an origin group nothing fails over."""
    groups = config.get("OriginGroups", {}).get("Items", [])
    return tuple(sorted({code for group in groups for code in _codes(group)}))


def _codes(group: object) -> list[int]:
    return list(group["FailoverCriteria"]["StatusCodes"]["Items"])  # type: ignore[index]
