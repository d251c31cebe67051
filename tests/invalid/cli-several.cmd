borgmatic create --lsit prun --threshold x
