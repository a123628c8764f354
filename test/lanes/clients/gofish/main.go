// gofish, the Go library behind exporters and operators: log in, walk, power, boot, read, manage an account.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/stmcginnis/gofish"
	"github.com/stmcginnis/gofish/schemas"
)

func demand(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "FAILED: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func must(condition bool, what string) {
	if !condition {
		fmt.Fprintf(os.Stderr, "FAILED: %s\n", what)
		os.Exit(1)
	}
}

func main() {
	client, err := gofish.Connect(gofish.ClientConfig{
		Endpoint: os.Args[1], Username: os.Args[2], Password: os.Args[3], Insecure: true,
	})
	demand(err, "login")
	defer client.Logout()
	service := client.Service

	systems, err := service.Systems()
	demand(err, "systems")
	must(len(systems) == 1, "one system")
	system := systems[0]
	demand(system.SetBoot(&schemas.Boot{
		BootSourceOverrideEnabled: schemas.OnceBootSourceOverrideEnabled,
		BootSourceOverrideTarget:  schemas.PxeBootSource,
	}), "boot from the network once")
	_, err = system.Reset(schemas.OnResetType)
	demand(err, "power on")
	for i := 0; i < 100 && system.PowerState != schemas.OnPowerState; i++ {
		time.Sleep(200 * time.Millisecond)
		systems, err = service.Systems()
		demand(err, "systems again")
		system = systems[0]
	}
	must(system.PowerState == schemas.OnPowerState, "the host comes on")
	must(system.Boot.BootSourceOverrideTarget == schemas.PxeBootSource, "boot target")

	chassis, err := service.Chassis()
	demand(err, "chassis")
	sensors, err := chassis[0].Sensors()
	demand(err, "sensors")
	read := 0
	for _, sensor := range sensors {
		if sensor.Reading != nil && *sensor.Reading != 0 {
			read++
		}
	}
	must(read > 10, "readings")
	_, err = chassis[0].Thermal()
	demand(err, "thermal")
	_, err = chassis[0].Power()
	demand(err, "power")
	_, err = chassis[0].ThermalSubsystem()
	demand(err, "thermal subsystem")
	_, err = chassis[0].PowerSubsystem()
	demand(err, "power subsystem")

	managers, err := service.Managers()
	demand(err, "managers")
	logs, err := managers[0].LogServices()
	demand(err, "log services")
	entries := 0
	for _, log := range logs {
		found, err := log.Entries()
		demand(err, "entries of "+log.ID)
		entries += len(found)
	}
	must(entries > 0, "log entries")

	accounts, err := service.AccountService()
	demand(err, "account service")
	account, err := accounts.CreateAccount("visitor", "Plain-Otter-31-quay", "ReadOnly")
	demand(err, "account made")
	account.Enabled = false
	demand(account.Update(), "account disabled")
	_, err = client.Delete(account.ODataID)
	demand(err, "account deleted")
	fmt.Printf("gofish: %d sensors, %d log entries\n", len(sensors), entries)
}
