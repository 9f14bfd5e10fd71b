"""What a maintainer of the course runs."""
