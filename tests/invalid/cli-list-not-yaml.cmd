borgmatic --source-directories '[/home'
