borgmatic config validate -c device.yaml
