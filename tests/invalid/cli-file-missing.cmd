borgmatic config validate -c missing.yaml
