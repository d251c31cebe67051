borgmatic -vv
