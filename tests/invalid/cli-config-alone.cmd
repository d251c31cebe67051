borgmatic config
