"""Prints every sensor of a service: python sensors.py https://bmc admin PASSWORD"""

import sys

from redfishd_client import Credentials, Options, TlsOptions, connect, id_of


def main(url: str, user: str, password: str) -> None:
    options = Options(credentials=Credentials(user, password), tls=TlsOptions(trust="first-use"))
    with connect(url, options) as bmc:
        for chassis in bmc.members(bmc.root.get("Chassis")):
            for sensor in bmc.members(id_of(chassis.get("Sensors"))):
                reading = bmc.lenient(sensor).number("Reading")
                print(f"{sensor['Name']}: {'unknown' if reading is None else reading} {sensor.get('ReadingUnits', '')}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
