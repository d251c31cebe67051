borgmatic config generate -d folder
