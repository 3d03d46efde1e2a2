"""Registers of members in numbers on both clocks, and who may be one human."""
