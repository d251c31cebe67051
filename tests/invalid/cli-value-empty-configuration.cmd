borgmatic create -c ''
