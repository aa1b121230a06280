"""What no authorizer in Python can do without: JSON, HTTPS, one kind of key."""

import http.client
import json
import ssl

from cryptography.hazmat.primitives.asymmetric import ec

NEEDED = (http.client, json, ssl, ec)


def lambda_handler(event: object, context: object) -> dict[str, object]:
    return {}
