borgmatic --verbosity high create
