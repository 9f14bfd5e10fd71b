"""Drawing the pictures of the generated sets."""
