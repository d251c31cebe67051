borgmatic -z
