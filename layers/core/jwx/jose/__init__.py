"""JOSE to the letter: algorithms, keys, signatures, claims (RFC 7515 to 7519, 7638, 8037, 9864, 9964)."""
