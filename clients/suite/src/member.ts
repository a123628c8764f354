/** The folder with which a member begins: waivers, and a job that runs the suite and keeps its reports. */

const waivers = `# Findings that are accepted for a time. An expired waiver fails again; one that waives nothing warns.
# "*" stands for one segment of a URI, "**" for any; "#/Property" names a place.
waivers: []
# - rule: SCH-DEPR-1
#   at: /redfish/v1/Chassis/*#/IndicatorLED
#   reason: clients of the last generation read it
#   expires: 2030-12-31
`;

const ci = `# Runs the suite against the service BMC_URL with the password in BMC_PASSWORD, and keeps every report.
set -eu
cd "$(dirname "$0")"
export REDFISHCTL_PASSWORD="$BMC_PASSWORD"
redfishctl suite run -H "$BMC_URL" -U "$BMC_USER" -E --waivers waivers.yaml --out results --key signing.pem
redfishctl suite verify results
`;

const readme = (name: string): string => `# Conformance of ${name}

\`sh ci.sh\` runs the suite with BMC_URL, BMC_USER and BMC_PASSWORD. \`results/report.html\` is the page to read.

- \`waivers.yaml\`: findings that are accepted, each with a reason and a last day.
- \`redfishctl suite rules\` lists the rules, \`redfishctl suite explain RULE\` explains one.
- \`redfishctl checklist check KIND\` holds the service against a checklist.

Keep \`signing.pem\` out of the repository.
`;

/** Files of a member's folder by their names. @param name of the folder, for its page */
export const memberFolder = (name: string): Record<string, string> => ({
  'README.md': readme(name),
  'waivers.yaml': waivers,
  'ci.sh': ci,
  '.gitignore': 'results/\nsigning.pem\n',
});
