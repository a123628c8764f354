"""A test of your own program against the mock: python own_tests.py"""

from redfishd_client import connect
from redfishd_client.mock import MockService, tree_of

TREE = tree_of(
    {
        "/redfish/v1": {
            "@odata.id": "/redfish/v1/",
            "Id": "RootService",
            "Name": "Root",
            "RedfishVersion": "1.20.0",
            "Systems": {"@odata.id": "/redfish/v1/Systems"},
        },
        "/redfish/v1/Systems": {
            "@odata.id": "/redfish/v1/Systems",
            "Name": "Systems",
            "Members": [{"@odata.id": "/redfish/v1/Systems/1"}],
            "Members@odata.count": 1,
        },
        "/redfish/v1/Systems/1": {
            "@odata.id": "/redfish/v1/Systems/1",
            "Id": "1",
            "Name": "System",
            "PowerState": "Off",
            "Actions": {"#ComputerSystem.Reset": {"target": "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"}},
        },
    }
)


def main() -> None:
    with MockService(TREE) as mock, connect(mock.url) as bmc:
        system = bmc.only(bmc.root.get("Systems"))
        bmc.action(system, "Reset", {"ResetType": "On"})
        state = bmc.get(system["@odata.id"])["PowerState"]
        assert state == "On", state
        print(f"the system is {state}, after {len(mock.requests)} requests")


if __name__ == "__main__":
    main()
