"""What a maintainer runs: build, replay, generated tables."""
