borgmatic create --numeric-ownr
