borgmatic --source-directories /home
