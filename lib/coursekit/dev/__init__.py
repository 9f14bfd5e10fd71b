"""What a maintainer runs: build, replay, slips, generated tables."""
