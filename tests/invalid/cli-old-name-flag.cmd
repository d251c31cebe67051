generate-borgmatic-config --destinaton x.yaml
