"""What a learner runs: the command line ``coursekit`` and its parts."""
