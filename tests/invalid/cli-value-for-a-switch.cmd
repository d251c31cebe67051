borgmatic create --stats=yes
