"""A mock Redfish service for tests of your own programs: recorded trees, with writes, sessions, tasks and events."""

from .server import MockAnswer, MockRequest, MockService
from .tree import Tree, read_tree, tree_of

__all__ = ["MockAnswer", "MockRequest", "MockService", "Tree", "read_tree", "tree_of"]
