borgmatic config bootstrap --repository ''
