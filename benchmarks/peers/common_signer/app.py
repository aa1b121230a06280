"""A signer as tutorials write it: PyJWT's encoding around boto3's KMS, the key ring read for each token."""

import base64
import hashlib
import json
import os
import time
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwt import PyJWS

logger, metrics = Logger(), Metrics()
table = boto3.resource("dynamodb").Table(os.environ["KEY_RING_TABLE"])
kms = boto3.client("kms")
jws = PyJWS()


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    ring = json.loads(str(table.get_item(Key={"issuer": "default"})["Item"]["document"]))
    key = next(key for key in ring["keys"] if key.get("activated_at"))
    now = int(time.time())
    claims = event["claims"] | {"iss": os.environ["ISSUER_URL"], "iat": now, "exp": now + 300}
    header = {"alg": "ES256", "kid": key["kid"], "typ": "at+jwt"}
    signed = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    digest = hashlib.sha256(signed.encode()).digest()
    answer = kms.sign(
        KeyId=key["key_arn"], Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
    )
    r, s = decode_dss_signature(answer["Signature"])
    metrics.add_metric(name="TokensSigned", unit="Count", value=1)
    return {"token": f"{signed}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"}
