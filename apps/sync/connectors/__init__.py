"""What reaches out to sources that don't send by themselves. Each folder has its README."""
