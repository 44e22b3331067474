"""What people may order, written once for all platforms."""
