"""What-if: whether a named set of decisions or papers could have changed a result: exact, bounded, or cannot say."""
