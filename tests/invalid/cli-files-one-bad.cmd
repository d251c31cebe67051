borgmatic config validate -c good.yaml -c bad.yaml
