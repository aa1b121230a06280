"""The nginx configuration that plays a distribution."""

import getpass
import grp
import os
from pathlib import Path

from local.edge.distribution import Distribution
from local.place import Place

HERE = Path(__file__).resolve().parent
NOT_DEPLOYED = "return 503;"


def nginx_configuration(place: Place, distribution: Distribution | None, *, copy_port: int) -> str:
    """Before the first deployment there is nothing to play: every path answers 503."""
    return _fill(
        (HERE / "nginx.conf").read_text(),
        ORIGIN=_origin(place, distribution) if distribution else NOT_DEPLOYED,
        USER=_user_directive(),
        SCRIPT=str(HERE / "edge.js"),
        EDGE_PORT=str(place.edge_port),
        COPY_PORT=str(copy_port),
    )


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


def _user_directive() -> str:
    """Started by root, nginx would drop to a user who cannot read this directory."""
    if os.geteuid() != 0:
        return ""
    return f"user {getpass.getuser()} {grp.getgrgid(os.getegid()).gr_name};"


def _fill(text: str, **words: str) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text
