"""The key ring: an issuer's keys and policy as one value, what can happen to it, and what of it is public."""
