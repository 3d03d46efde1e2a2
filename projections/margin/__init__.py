"""Margins: the fewest papers that could change a result, exact or between bounds, with certificates to recount."""
