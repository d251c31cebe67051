borgmatic info list --fi 3
