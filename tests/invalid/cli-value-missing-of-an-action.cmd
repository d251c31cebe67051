borgmatic info --first
