"""One module a command: arguments in, an exit code out; what it does stands elsewhere."""
