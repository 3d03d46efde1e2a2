"""A picture of a count: flows, layout, drawing. The only place where numbers may be floating point."""
