"""Adapters of the core to AWS, on boto3."""
