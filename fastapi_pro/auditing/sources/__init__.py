"""Which files are read, and which of them make up one program."""
