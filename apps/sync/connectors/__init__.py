"""Connectors: how data of systems that do not send by themselves come into the inbox."""
