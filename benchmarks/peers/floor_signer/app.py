"""What AWS's own SDK takes to be ready for a read and a signature."""

import boto3

dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")


def lambda_handler(event: object, context: object) -> dict[str, object]:
    return {}
