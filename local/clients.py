"""boto3 clients for the embedded AWS, blind to whatever AWS configuration the machine has."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

from local.place import REGION, Place

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

# A pinned profile of None: botocore then asks neither AWS_PROFILE nor a file for one.
NO_PROFILE = {"profile": (None, None, None, None)}
CONFIG = Config(proxies={}, retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose requests they are. IAM is enforced for all but the root identity."""

    access_key_id: str
    secret_access_key: str

    def environment(self, place: Place) -> dict[str, str]:
        """The variables by which a child process works as this identity, and never as another."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_ENDPOINT_URL": place.aws_url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "localhost,127.0.0.1",
            "no_proxy": "localhost,127.0.0.1",
        }


# The emulator's own administrator: sets up identities and plays CloudFront, and deploys nothing.
ROOT_IDENTITY = Identity(access_key_id="test", secret_access_key="test")  # noqa: S106 - opens nothing


class Clients:
    """One client a service, made on first use."""

    def __init__(self, place: Place, identity: Identity) -> None:
        core = botocore.session.Session(session_vars=NO_PROFILE)
        core.set_config_variable("config_file", os.devnull)
        core.set_config_variable("credentials_file", os.devnull)
        self._endpoint = place.aws_url
        self._session = boto3.Session(
            aws_access_key_id=identity.access_key_id,
            aws_secret_access_key=identity.secret_access_key,
            region_name=REGION,
            botocore_session=core,
        )

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        return self._session.client("cloudformation", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        return self._session.client("cloudfront", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self._session.client("dynamodb", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def iam(self) -> "IAMClient":
        return self._session.client("iam", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def kms(self) -> "KMSClient":
        return self._session.client("kms", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def lambda_(self) -> "LambdaClient":
        return self._session.client("lambda", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def logs(self) -> Any:
        return self._session.client("logs", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def s3(self) -> "S3Client":
        return self._session.client("s3", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def sts(self) -> "STSClient":
        return self._session.client("sts", endpoint_url=self._endpoint, config=CONFIG)
