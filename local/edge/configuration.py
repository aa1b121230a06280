"""The nginx configuration that plays a distribution."""

import getpass
import grp
import os
import re
from pathlib import Path

from local.edge.default_behavior import VIEWER_SCRIPT, DefaultBehavior
from local.edge.distribution import Distribution
from local.place import Place

HERE = Path(__file__).resolve().parent
# Before the first deployment there is nothing to play.
NOT_DEPLOYED = "return 503"
NOT_PUBLISHED = "return 404"
ASK_THE_VIEWER_FUNCTION = "rewrite ^ /.viewer last"


def nginx_configuration(
    place: Place,
    distribution: Distribution | None,
    *,
    copy_port: int,
    default: DefaultBehavior | None = None,
) -> str:
    """What nginx needs to play the distribution, or to say that there is none yet."""
    elsewhere = NOT_PUBLISHED if distribution else NOT_DEPLOYED
    return _fill(
        (HERE / "nginx.conf").read_text(),
        ORIGIN=_origin(place, distribution) if distribution else "",
        PUBLISHED=_published(distribution.path_patterns) if distribution else "",
        ELSEWHERE=ASK_THE_VIEWER_FUNCTION if default else elsewhere,
        VIEWER=f"js_import viewer from {place.directory / VIEWER_SCRIPT};" if default else "",
        DEFAULT=_default(default) if default else "",
        USER=_user_directive(),
        SCRIPT=str(HERE / "edge.js"),
        EDGE_PORT=str(place.edge_port),
        COPY_PORT=str(copy_port),
    )


def _default(default: DefaultBehavior) -> str:
    return _fill((HERE / "default.conf").read_text(), CSP=default.content_security_policy)


def _origin(place: Place, distribution: Distribution) -> str:
    codes = " ".join(str(code) for code in distribution.failover_codes)
    return _fill(
        (HERE / "origin.conf").read_text(),
        AWS_PORT=str(place.aws_port),
        API_PATH=distribution.api_path,
        CONNECT_TIMEOUT=str(distribution.connect_timeout),
        READ_TIMEOUT=str(distribution.read_timeout),
        FAILOVER=f"error_page {codes} = @copy;" if codes else "",
    )


def _published(patterns: tuple[str, ...]) -> str:
    """CloudFront's `*` and `?` as regular expressions of an nginx map."""
    return "\n".join(f'        "~{_expression(pattern)}" 1;' for pattern in patterns)


def _expression(pattern: str) -> str:
    return f"^{re.escape(pattern)}$".replace(r"\*", ".*").replace(r"\?", ".")


def _user_directive() -> str:
    """Started by root, nginx would drop to a user who cannot read this directory."""
    if os.geteuid() != 0:
        return ""
    return f"user {getpass.getuser()} {grp.getgrgid(os.getegid()).gr_name};"


def _fill(text: str, **words: str) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text
