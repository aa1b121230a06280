"""Plays the CloudFront distribution that the deployed template declares, with nginx as its cache."""
