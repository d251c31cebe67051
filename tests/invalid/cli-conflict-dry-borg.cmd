borgmatic -n borg list
