"""Automatic checks of an application: pure comparisons of details, and what is registered of each check."""
