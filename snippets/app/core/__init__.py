"""What everything else stands on: settings, database, security, logs."""
