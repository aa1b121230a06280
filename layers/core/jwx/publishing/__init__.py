"""The well-known documents, as bytes and over HTTP."""
