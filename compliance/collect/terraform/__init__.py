"""Terraform: ``.tf``, ``.tf.json`` and plan JSON to rows, by way of one adapter package a provider."""

from compliance.collect.terraform.collector import TerraformCollector as TerraformCollector
