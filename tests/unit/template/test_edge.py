"""The edge: what is cached under which key, who answers when the origin does not, and nothing else."""

from typing import Any

import pytest

from jwx.ring.policy import RotationPolicy
from tests.unit.template.cloudformation import Stack, references

Template = dict[str, Any]
LARGEST = {"s_maxage": 86400, "stale_while_revalidate": 86400, "stale_if_error": 7 * 86400}


def distribution(template: Template, **parameters: str) -> Any:
    return Stack(template, **parameters).resource("Distribution")["DistributionConfig"]


def test_path_is_the_whole_cache_key(template: Template) -> None:
    """Neither cookie, query string, header nor encoding can split or poison the cache."""
    key = Stack(template).resource("EdgeCache")["CachePolicyConfig"][
        "ParametersInCacheKeyAndForwardedToOrigin"
    ]
    assert key == {
        "CookiesConfig": {"CookieBehavior": "none"},
        "HeadersConfig": {"HeaderBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
        "EnableAcceptEncodingBrotli": False,
        "EnableAcceptEncodingGzip": False,
    }


def test_origin_decides_how_long(template: Template) -> None:
    """No minimum that overrides `no-store`; a maximum above every directive that a policy can ask for."""
    config = Stack(template).resource("EdgeCache")["CachePolicyConfig"]
    RotationPolicy.parse(LARGEST | {"rotation_period": 86400 * 365})  # the largest are allowed
    assert (config["MinTTL"], config["DefaultTTL"]) == (0, 0)
    assert config["MaxTTL"] >= LARGEST["s_maxage"] + max(LARGEST.values())


def test_copy_answers_when_the_api_does_not(template: Template) -> None:
    """API first, copy second, on failed connections, time-outs and errors; throttling is one of them."""
    (group,) = distribution(template)["OriginGroups"]["Items"]
    assert [member["OriginId"] for member in group["Members"]["Items"]] == ["api", "copy"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [500, 502, 503, 504]
    assert group["FailoverCriteria"]["StatusCodes"]["Quantity"] == 4
    definition = Stack(template).resource("PublishingApi")["DefinitionBody"]
    assert definition["x-amazon-apigateway-gateway-responses"]["THROTTLED"]["statusCode"] == 503
    behaviours = distribution(template)["CacheBehaviors"]
    assert {behaviour["TargetOriginId"] for behaviour in behaviours} == {group["Id"]}


def test_fail_over_is_quick(template: Template) -> None:
    """Our authorizer gives up after 3 s; and after OriginTimeout no answer is under way any more."""
    origins = distribution(template)["Origins"]
    api = next(origin for origin in origins if origin["Id"] == "api")
    assert api["ConnectionTimeout"] + api["CustomOriginConfig"]["OriginReadTimeout"] <= 3
    assert {origin["ConnectionAttempts"] for origin in origins} == {1}
    longest = sum(origin["ConnectionTimeout"] + origin["ResponseCompletionTimeout"] for origin in origins)
    assert longest <= template["Parameters"]["OriginTimeout"]["Default"]


def test_only_well_known_documents_are_reachable(template: Template) -> None:
    """Any other path ends at the edge with 404, before an origin is asked."""
    config = distribution(template)
    patterns = [behaviour["PathPattern"] for behaviour in config["CacheBehaviors"]]
    assert patterns == ["/.well-known/*", "/*/.well-known/*"]
    (association,) = config["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    assert "statusCode: 404" in Stack(template).resource("NotFound")["FunctionCode"]


def test_https_only(template: Template) -> None:
    """No behaviour redirects from http, and a certificate of one's own comes with TLS 1.2 or later."""
    config = distribution(template, IssuerDomainName="a.example.com", CertificateArn="arn")
    behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    assert {behaviour["ViewerProtocolPolicy"] for behaviour in behaviours} == {"https-only"}
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["Aliases"] == ["a.example.com"]
    assert config["HttpVersion"] == "http2and3"


def test_errors_are_forgotten_at_once(template: Template) -> None:
    """A 404 is not cached, since the first key set may come any moment; an outage ends when it ends."""
    times = {
        one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in distribution(template)["CustomErrorResponses"]
    }
    assert times[404] == times[403] == 0
    assert {times[code] for code in (500, 502, 503, 504)} == {1}


def test_browsers_may_read(template: Template) -> None:
    """CORS for every origin, without credentials; the content type is not guessed; https is remembered."""
    config = Stack(template).resource("EdgeHeaders")["ResponseHeadersPolicyConfig"]
    assert config["CorsConfig"]["AccessControlAllowOrigins"] == {"Items": ["*"]}
    assert config["CorsConfig"]["AccessControlAllowCredentials"] is False
    assert "ETag" in config["CorsConfig"]["AccessControlExposeHeaders"]["Items"]
    assert config["SecurityHeadersConfig"]["ContentTypeOptions"] == {"Override": True}
    assert config["SecurityHeadersConfig"]["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000


def test_copy_is_read_by_this_distribution_only(template: Template) -> None:
    """The bucket is private; its policy opens objects to CloudFront, for our distribution, over TLS."""
    stack = Stack(template)
    assert set(stack.resource("CopyBucket")["PublicAccessBlockConfiguration"].values()) == {True}
    reads, tls = stack.resource("CopyBucketPolicy")["PolicyDocument"]["Statement"]
    assert reads["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert reads["Action"] == "s3:GetObject"
    assert reads["Condition"]["StringEquals"]["aws:SourceArn"].endswith(":distribution/<Distribution>")
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


@pytest.mark.parametrize("method", ["get", "head", "options", "x-amazon-apigateway-any-method"])
def test_every_method_reaches_the_function(template: Template, method: str) -> None:
    """The function itself answers 304, 405 and preflights, so that all methods of all documents get there."""
    definition = Stack(template).resource("PublishingApi")["DefinitionBody"]
    assert set(definition["paths"]) == {"/.well-known/{proxy+}", "/{issuer}/.well-known/{proxy+}"}
    for path in definition["paths"].values():
        integration = path[method]["x-amazon-apigateway-integration"]
        assert integration["type"] == "aws_proxy"
        assert ":function:shop-jwks/invocations" in integration["uri"]


def test_publishing_api_knows_no_function(template: Template) -> None:
    """A reference would close the circle from the function's issuer URL to the distribution and back."""
    names = {
        name for name in references(template["Resources"]["PublishingApi"]) if not name.startswith("AWS::")
    }
    assert names <= template["Parameters"].keys()


def test_publishing_is_throttled(template: Template) -> None:
    """Made-up paths pass the cache; they must not reach the account's limits."""
    (settings,) = Stack(template).resource("PublishingApi")["MethodSettings"]
    assert (int(settings["ThrottlingRateLimit"]), int(settings["ThrottlingBurstLimit"])) == (50, 100)
