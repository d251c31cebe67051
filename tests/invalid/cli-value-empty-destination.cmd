borgmatic upgrade-config -d ''
