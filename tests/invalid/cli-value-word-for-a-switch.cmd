borgmatic create --stats yes
