validate-borgmatic-config -c bad.yaml
