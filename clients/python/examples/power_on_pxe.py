"""Boots the only system of a service over the network, once: python power_on_pxe.py https://bmc admin PASSWORD"""

import sys

from redfishd_client import Credentials, Options, TlsOptions, connect


def main(url: str, user: str, password: str) -> None:
    options = Options(credentials=Credentials(user, password), tls=TlsOptions(trust="first-use"))
    with connect(url, options) as bmc:
        system = bmc.only(bmc.root.get("Systems"))
        bmc.patch(system, {"Boot": {"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe"}})
        bmc.complete(bmc.action(system, "Reset", {"ResetType": "On"}), timeout=60)
        boot = bmc.get(system["@odata.id"])["Boot"]
        print(f"{system['Id']} boots from {boot['BootSourceOverrideTarget']} {boot['BootSourceOverrideEnabled'].lower()}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
