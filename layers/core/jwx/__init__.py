"""JSON Web Tokens on AWS: issue and verify without holding a private key."""
