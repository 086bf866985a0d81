"""Kubernetes manifests: workloads, services, policies, rights and the control plane."""

from compliance.collect.kubernetes.collector import KubernetesCollector

__all__ = ["KubernetesCollector"]
