"""From documents to statements: reading, searching, extracting, coding."""
