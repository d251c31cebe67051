borgmatic create --lsit
