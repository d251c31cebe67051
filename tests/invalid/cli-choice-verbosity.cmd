borgmatic -v 3
