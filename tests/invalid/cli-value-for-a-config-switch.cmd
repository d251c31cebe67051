borgmatic --no-color=true
