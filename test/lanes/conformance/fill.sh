#!/usr/bin/env bash
# Makes something of what only clients make, so that the judges see it: a subscription to nobody, metric reports of every kind
# (some of which go to the streams of events), triggers, and a task. Usage: fill.sh URL PASSWORD
set -euo pipefail
url=$1 password=$2
telemetry=$url/redfish/v1/TelemetryService

post() {
  curl -sk --fail-with-body -u "admin:$password" -H 'Content-Type: application/json' -d "$2" "$1" >/dev/null
}

# A host that starts, where the board has this one: its firmware writes codes.
curl -sk -o /dev/null -u "admin:$password" -H 'Content-Type: application/json' -d '{"ResetType": "On"}' \
  "$url/redfish/v1/Systems/system/Actions/ComputerSystem.Reset"
# Firmware that sends its requests through a bridge IC.
curl -sk -o /dev/null -u "admin:$password" -H 'Content-Type: application/json' -d '{"ResetType": "On"}' \
  "$url/redfish/v1/Systems/host1/Actions/ComputerSystem.Reset"

every='"Wildcards": [{"Name": "C", "Values": ["*"]}, {"Name": "S", "Values": ["*"]}]'
readings='/redfish/v1/Chassis/{C}/Sensors/{S}#/Reading'
actions='["LogToMetricReportsCollection", "RedfishEvent"]'
second='"Schedule": {"RecurrenceInterval": "PT1S"}'
post "$telemetry/MetricReportDefinitions" "{\"Id\": \"Every\", \"MetricReportDefinitionType\": \"Periodic\", $second,
  \"ReportActions\": $actions, $every, \"MetricProperties\": [\"$readings\", \"/redfish/v1/Chassis/{C}#/Status/Health\"]}"
post "$telemetry/MetricReportDefinitions" "{\"Id\": \"New\", \"MetricReportDefinitionType\": \"Periodic\",
  \"Schedule\": {\"RecurrenceInterval\": \"PT1S\", \"MaxOccurrences\": 3},
  \"ReportUpdates\": \"NewReport\", $every, \"Metrics\": [{\"MetricProperties\": [\"$readings\"],
    \"CollectionFunction\": \"Average\", \"CollectionDuration\": \"PT1M\", \"CollectionTimeScope\": \"Interval\"}]}"
post "$telemetry/MetricReportDefinitions" "{\"Id\": \"Appended\", \"MetricReportDefinitionType\": \"OnChange\",
  \"ReportUpdates\": \"AppendWrapsWhenFull\", $every, \"MetricProperties\": [\"$readings\"]}"
post "$telemetry/Triggers" "{\"Id\": \"Hot\", \"MetricType\": \"Numeric\", $every, \"MetricProperties\": [\"$readings\"],
  \"TriggerActions\": [\"LogToLogService\", \"RedfishMetricReport\"], \"HysteresisReading\": -1, \"HysteresisDuration\": \"PT5S\",
  \"NumericThresholds\": {\"UpperCritical\": {\"Reading\": 1000000, \"Activation\": \"Increasing\", \"DwellTime\": \"PT2S\"}},
  \"Links\": {\"MetricReportDefinitions\": [{\"@odata.id\": \"/redfish/v1/TelemetryService/MetricReportDefinitions/New\"}]}}"
post "$telemetry/Triggers" "{\"Id\": \"Ill\", \"MetricType\": \"Discrete\", \"DiscreteTriggerCondition\": \"Specified\", $every,
  \"MetricProperties\": [\"/redfish/v1/Chassis/{C}#/Status/Health\"], \"TriggerActions\": [\"RedfishEvent\"],
  \"DiscreteTriggers\": [{\"Name\": \"Ill\", \"Value\": \"Critical\", \"Severity\": \"Critical\", \"DwellTime\": \"PT10S\"}]}"
post "$telemetry/Triggers" '{"Id": "Heard", "TriggerActions": ["LogToLogService"], "EventTriggers": ["AccountSecurity.1.0.AccountLocked"]}'
# Subscribers are called on an address that refuses, and trusted by a certificate that is at hand.
subscription=$(curl -sk --fail-with-body -u "admin:$password" -H 'Content-Type: application/json' -o /dev/null -w '%header{location}' \
  -d '{"Destination": "https://127.0.0.1:9/", "Protocol": "Redfish", "Context": "judges", "VerifyCertificate": true,
    "IncludeOriginOfCondition": true, "DeliveryRetryPolicy": "RetryForeverWithBackoff"}' "$url/redfish/v1/EventService/Subscriptions")
certificate=$(curl -sk --fail-with-body -u "admin:$password" "$url/redfish/v1/Managers/bmc/NetworkProtocol/HTTPS/Certificates?\$expand=." |
  python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["Members"][0]["CertificateString"]))')
post "$url$subscription/Certificates" "{\"CertificateType\": \"PEM\", \"CertificateString\": $certificate}"
# A task that has ended, and what it made.
post "$url/redfish/v1/Managers/bmc/LogServices/Dump/Actions/LogService.CollectDiagnosticData" '{"DiagnosticDataType": "Manager"}'
# Time for reports to be made, and for those that make way for newer ones to be gone.
sleep 4
