"""From a caller's claims to a signed token."""
