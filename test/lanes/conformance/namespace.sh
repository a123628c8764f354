#!/usr/bin/env bash
# Runs a command beside the daemon in a network of their own, so that nothing either of them sends leaves the machine.
# Usage: namespace.sh STATE_DIR LISTEN PLATFORM COMMAND...   (REDFISHD_SERVE_WORDS: further words for the daemon)
set -euo pipefail
state=$1 listen=$2 platform=$3
shift 3
if [ "${REDFISHD_NAMESPACE:-}" != inside ]; then
  REDFISHD_NAMESPACE=inside exec unshare -n -- bash "$0" "$state" "$listen" "$platform" "$@"
fi
ip link set lo up
ip link set lo multicast on
ip route add 224.0.0.0/4 dev lo
# These make Python's requests check certificates although the tools are told not to.
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
node dist/src/main.js serve --twin --platform "$platform" --state "$state" --listen "$listen" --log-level warn ${REDFISHD_SERVE_WORDS:-} >"$state.out" 2>"$state.err" &
daemon=$!
trap 'kill "$daemon" 2>/dev/null; wait "$daemon" 2>/dev/null || true' EXIT
for _ in $(seq 200); do
  grep -qs 'Try next' "$state.out" && break
  kill -0 "$daemon" 2>/dev/null || { cat "$state.err" >&2; exit 3; }
  sleep 0.1
done
# The tools are to find a board that knows its readings, not one that is just looking.
sleep 3
"$@"
