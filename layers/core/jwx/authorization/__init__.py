"""From an API Gateway event to a decision: who asks, with which token, for which route."""
