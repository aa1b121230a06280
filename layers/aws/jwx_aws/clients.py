"""AWS clients of botocore, made in less time than boto3 takes: a cold start is little else than making them.

Measured in docs/performance.md. The clients are the same; left out is what no function of ours uses: boto3's
resources and transfers, a walk through the four hundred services that botocore knows to find the one that is
asked for, and a special kind of dictionary for each object of its models.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session


class Clients:
    """Makes clients of the services that it is told of; they share what botocore reads but once."""

    def __init__(self, *services: str) -> None:
        self._lock = Lock()
        self._session = Session()
        self._session.register_component("data_loader", _OnlyThese(services))

    def client(self, service: str, config: Config) -> Any:
        """The client that `boto3.client` would give."""
        with self._lock:  # botocore's sessions are not made for threads; its clients are
            return self._session.create_client(service, config=config)


class _OnlyThese(Loader):
    """Finds the models of services whose names it has been given."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(file_loader=_ModelFiles())
        self._services = list(services)

    def list_available_services(self, type_name: str) -> list[str]:
        """botocore asks for all, only to look whether the one that is wanted is among them."""
        return list(self._services)


class _ModelFiles(JSONFileLoader):
    """Reads models into plain dictionaries, which keep their order as well."""

    def load_file(self, file_path: str) -> Any:
        """The content of the file, with either ending; None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            try:
                with opened(file_path + ending, "rb") as file:
                    return json.load(file)
            except FileNotFoundError:
                continue
        return None
