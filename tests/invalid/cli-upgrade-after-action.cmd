borgmatic create upgrade-config
