"""Word taggers to measure ours against, one a file; the stem is the name on the command line."""
