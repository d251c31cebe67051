borgmatic config genrate
