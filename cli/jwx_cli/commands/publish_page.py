"""`jwx publish-page`: put the status page at the domain's root."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jwx_cli.page import PATHS, page_files
from jwx_cli.session import Session
from jwx_cli.stack import ISSUER_URL

SITE = Path(__file__).resolve().parents[3] / "site"


def publish_page(
    session: Session,
    site: Annotated[
        Path, typer.Option("--site", help="The folder that holds it.", show_default=False)
    ] = SITE,
) -> None:
    """Put the status page at the root of the issuer's domain, once after each upgrade.

    It shows the published keys and inspects tokens in the browser. The stack's parameter StatusPage hides it.
    """
    files = page_files(site)
    bucket, distribution = session.stack.output("CopyBucketName"), session.stack.output("DistributionId")
    with session.waiting("publishing the page"):
        for file in files:
            session.page_host.put(bucket, file)
        session.page_host.invalidate(distribution, PATHS)
    url = f"{session.stack.output(ISSUER_URL)}/"
    if session.as_json:
        session.json({"url": url, "files": [file.key for file in files]})
    else:
        session.console.print(f"The status page is at {url}", soft_wrap=True)
