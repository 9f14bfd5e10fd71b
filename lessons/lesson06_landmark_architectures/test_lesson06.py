"""Lesson 06 against keras.applications, published counts and plain loops."""
