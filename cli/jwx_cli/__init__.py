"""The command line: looks at issuers from outside, and asks the deployed functions."""
