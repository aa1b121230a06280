"""Adapters of the core to AWS, on botocore."""
