borgmatic --frobnicate
