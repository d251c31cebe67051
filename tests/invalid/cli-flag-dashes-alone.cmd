borgmatic create --
