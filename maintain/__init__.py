"""What only maintainers run: it fills and checks the pages, measures, releases."""
