borgmatic create -stats
