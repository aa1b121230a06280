"""What becomes of all paths but the published ones: the distribution's viewer function decides, as in AWS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

# The template's function runs in the same JavaScript engine as CloudFront's do.
ADAPTER = """
function answer(r) {
    const uri = r.variables.request_uri.split("?")[0];
    const request = {method: r.method, uri, headers: {}, querystring: {}};
    const result = handler({version: "1.0", context: {eventType: "viewer-request"}, request});
    if (!result.statusCode) {
        r.internalRedirect("/.copy" + result.uri);
        return;
    }
    for (const name in result.headers) {
        r.headersOut[name] = result.headers[name].value;
    }
    r.return(result.statusCode, result.body || "");
}

export default {answer};
"""

VIEWER_SCRIPT = "viewer.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultBehavior:
    """The default behaviour's function, and the content security policy that its answers carry."""

    function_code: str
    content_security_policy: str

    @property
    def script(self) -> str:
        return self.function_code + ADAPTER


def read_default_behavior(
    cloudfront: "CloudFrontClient", *, function_arn: str, headers_policy: str
) -> DefaultBehavior:
    code = cloudfront.get_function(Name=function_arn.rpartition("/")[2], Stage="LIVE")["FunctionCode"].read()
    policy = cloudfront.get_response_headers_policy(Id=headers_policy)["ResponseHeadersPolicy"]
    security = policy["ResponseHeadersPolicyConfig"].get("SecurityHeadersConfig", {})
    return DefaultBehavior(
        function_code=code.decode(),
        content_security_policy=security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
    )
