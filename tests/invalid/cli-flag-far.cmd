borgmatic create --frobnicate
