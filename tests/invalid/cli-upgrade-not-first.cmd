borgmatic -c good.yaml upgrade-config
