"""The whole product on one machine: an embedded AWS, a caching edge, the real `sam deploy`, and a story."""
