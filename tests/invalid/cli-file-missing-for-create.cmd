borgmatic create -c missing.yaml
