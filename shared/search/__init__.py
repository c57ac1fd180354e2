"""Cerebro on Azure AI Search."""
