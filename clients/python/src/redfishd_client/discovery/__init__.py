"""Finds Redfish services in the local network: SSDP and DNS-SD at once, each service once."""

from .search import Discovered, discover

__all__ = ["Discovered", "discover"]
