borgmatic create,prune
