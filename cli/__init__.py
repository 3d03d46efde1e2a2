"""The command line. The only place that reads clock, randomness, arguments and environment."""
