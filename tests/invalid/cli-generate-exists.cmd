borgmatic config generate -d good.yaml
