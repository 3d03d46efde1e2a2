"""One case as each reader may see it: facts, headline, timeline, page."""
