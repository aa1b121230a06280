"""From a token to its claims: trusted issuers, their key sets, and one typed error."""
