"""Judges what an issuer publishes, any issuer's: JWK Sets, discovery documents and how they are served.

`judge` modules are pure, from what was seen to findings; `fetching` and `visit` do the seeing.
"""
