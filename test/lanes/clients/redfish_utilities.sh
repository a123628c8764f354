#!/usr/bin/env bash
# DMTF's command line tools, as an operator's shell script uses them.
set -euo pipefail
url=$1 user=$2 password=$3
run() {
  local tool=$1
  shift
  "$tool" -r "$url" -u "$user" -p "$password" "$@"
}
# Runs a tool and demands that its output says something.
says() {
  local wanted=$1 output
  shift
  output=$(run "$@")
  grep -qi -- "$wanted" <<<"$output" || { printf 'FAILED: %s does not say "%s":\n%s\n' "$*" "$wanted" "$output" >&2; exit 1; }
}

says 'Tioga Pass' rf_sys_inventory.py --details
says 'Inlet' rf_sensor_list.py
run rf_boot_override.py --target Pxe
says 'pxe' rf_boot_override.py --info
run rf_power_reset.py --type On
for _ in $(seq 50); do if (says 'Power State: On' rf_power_reset.py --info 2>/dev/null); then break; fi; sleep 0.2; done
says 'Power State: On' rf_power_reset.py --info
run rf_accounts.py --add visitor Plain-Otter-31-quay ReadOnly
says 'visitor' rf_accounts.py
run rf_accounts.py --setpassword visitor Other-Otter-32-quay
run rf_accounts.py --delete visitor
says 'power' rf_logs.py --manager bmc --log EventLog
run rf_logs.py --manager bmc --log EventLog --clear
says 'redfishd' rf_firmware_inventory.py
echo 'redfish_utilities: done'
