"""What all other packages use."""
