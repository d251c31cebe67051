borgmatic config validate -c large.yaml
