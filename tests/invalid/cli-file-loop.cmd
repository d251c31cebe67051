borgmatic config validate -c loop.yaml
