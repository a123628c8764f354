"""DMTF's Python library: log in, walk everything, power a host, boot it from the network once, read, manage an account."""

import sys
import time

import redfish

url, user, password = sys.argv[1:4]


def demand(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


client = redfish.redfish_client(base_url=url, username=user, password=password)
client.login(auth="session")

seen, waiting = set(), ["/redfish/v1/"]
while waiting:
    uri = waiting.pop()
    if uri in seen:
        continue
    seen.add(uri)
    answer = client.get(uri)
    demand(answer.status == 200, f"GET {uri} answers {answer.status}")

    def links(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "@odata.id" and isinstance(inner, str) and "#" not in inner:
                    waiting.append(inner)
                else:
                    links(inner)
        elif isinstance(value, list):
            for inner in value:
                links(inner)

    links(answer.dict)
demand(len(seen) > 100, f"the walk found only {len(seen)} resources")

system = "/redfish/v1/Systems/system"
boot = {"Boot": {"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe"}}
etag = client.get(system).getheader("ETag")
demand(client.patch(system, body=boot, headers={"If-Match": etag}).status == 200, "boot override")
demand(client.patch(system, body=boot, headers={"If-Match": etag}).status == 412, "the old ETag is refused")
demand(client.get(system).dict["Boot"]["BootSourceOverrideTarget"] == "Pxe", "boot override is shown")

reset = client.get(system).dict["Actions"]["#ComputerSystem.Reset"]
demand(client.post(reset["target"], body={"ResetType": "On"}).status in (200, 202, 204), "power on")
for _ in range(100):
    if client.get(system).dict["PowerState"] == "On":
        break
    time.sleep(0.2)
demand(client.get(system).dict["PowerState"] == "On", "the host comes on")

sensors = client.get("/redfish/v1/Chassis/chassis/Sensors?$expand=.").dict["Members"]
demand(sum(1 for each in sensors if each["Reading"] is not None) > 10, "readings")
entries = client.get("/redfish/v1/Managers/bmc/LogServices/EventLog/Entries").dict["Members"]
demand(any("ResourcePoweredOn" in entry["MessageId"] for entry in entries), "the log tells of the power-on")

accounts = "/redfish/v1/AccountService/Accounts"
made = client.post(accounts, body={"UserName": "visitor", "Password": "Plain-Otter-31-quay", "RoleId": "ReadOnly"})
demand(made.status == 201, f"account: {made.text}")
visitor = redfish.redfish_client(base_url=url, username="visitor", password="Plain-Otter-31-quay")
visitor.login(auth="session")
demand(visitor.patch(system, body={"AssetTag": "mine"}).status == 403, "a reader may not write")
visitor.logout()
demand(client.delete(made.getheader("Location")).status == 204, "account deleted")
client.logout()
print(f"python-redfish: {len(seen)} resources walked")
