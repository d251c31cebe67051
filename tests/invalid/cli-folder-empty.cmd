borgmatic create -c empty
