"""Takes a token apart and says in words what it claims and why it would be refused. Sends it nowhere."""
