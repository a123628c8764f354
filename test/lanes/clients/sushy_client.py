"""sushy, the library by which OpenStack Ironic drives a BMC: what Ironic does to deploy a machine."""

import sys
import time

import sushy
from sushy import auth

url, user, password = sys.argv[1:4]


def demand(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


root = sushy.Sushy(url, verify=False, auth=auth.SessionOrBasicAuth(user, password))
system = root.get_system("/redfish/v1/Systems/system")
demand(system.uuid, "UUID")
demand(sushy.ResetType.FORCE_OFF in system.get_allowed_reset_system_values(), "reset types")
demand(sushy.BootSource.PXE in system.get_allowed_system_boot_source_values(), "boot sources")

system.set_system_boot_options(sushy.BootSource.PXE, enabled=sushy.BootSourceOverrideEnabled.ONCE)
system.refresh(force=True)
demand(system.boot.target == sushy.BootSource.PXE, "boot from the network once")


def until(state, what):
    for _ in range(100):
        system.refresh(force=True)
        if system.power_state == state:
            return
        time.sleep(0.2)
    raise SystemExit(f"FAILED: {what}, it is {system.power_state}")


system.reset_system(sushy.ResetType.ON)
until(sushy.PowerState.ON, "power on")
system.set_indicator_led(sushy.IndicatorLED.BLINKING)
system.reset_system(sushy.ResetType.FORCE_OFF)
until(sushy.PowerState.OFF, "power off")

chassis = root.get_chassis("/redfish/v1/Chassis/chassis")
temperatures = chassis.thermal.temperatures
demand(any(each.reading_celsius for each in temperatures), "temperatures")
demand(chassis.thermal.fans, "fans")
demand(chassis.power.power_supplies, "power supplies")
manager = root.get_manager("/redfish/v1/Managers/bmc")
demand(manager.firmware_version, "firmware version")
inventory = root.get_update_service().firmware_inventory.get_members()
demand(any(each.version for each in inventory), "firmware inventory")
sessions = root.get_session_service()
demand(sessions.session_timeout > 0, "session timeout")
print(f"sushy: {len(temperatures)} temperatures")
