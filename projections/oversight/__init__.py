"""Cases, rulings and appeals as rows of views, and what those who oversee them ask of these rows."""
