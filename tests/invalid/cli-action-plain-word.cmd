borgmatic create /home/me/files
