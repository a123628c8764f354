"""What python3-pyghmi needs for commands and for a sweep, in an open session: prints one JSON object."""
import json
import sys
import time

from pyghmi.ipmi import command

port, commands = int(sys.argv[1]), int(sys.argv[2])
begin = time.monotonic()
bmc = command.Command(bmc="127.0.0.1", userid="admin", password="secret123", port=port, privlevel=4)
opened = time.monotonic()
for _ in range(commands):
    bmc.raw_command(netfn=6, command=1)
done = time.monotonic()
sensors = sum(1 for reading in bmc.get_sensor_data() if reading.value is not None)
print(json.dumps({"open": opened - begin, "commands": done - opened, "sweep": time.monotonic() - done, "sensors": sensors}))
