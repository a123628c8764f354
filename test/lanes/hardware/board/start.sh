#!/usr/bin/busybox sh
# The first process of the emulated board: a network, a password, and the daemon as its unit would start it.
/usr/bin/busybox mkdir -p /usr/local/bin && /usr/bin/busybox --install -s /usr/local/bin
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mkdir -p /var/lib/redfishd /dev/pts && chmod 700 /var/lib/redfishd
ip link set lo up
ip address add 10.0.2.15/24 dev eth0 && ip link set eth0 up && ip route add default via 10.0.2.2
echo 'Quaint-Marmot-57-plinth' >/run/password
date -s '2026-06-01 12:00:00' >/dev/null
echo "guest: up after $(cut -d' ' -f1 /proc/uptime) s"
export REDFISHD_ADMIN_PASSWORD_FILE=/run/password
node /opt/redfishd/redfishd.js serve --platform /opt/redfishd/platform/lane.yaml \
  --state /var/lib/redfishd --listen 0.0.0.0:443 --log-level info >/tmp/log 2>&1 &
pid=$!
# A small way in for the test: commands come on the console, each behind a number; answers go back between marks with it.
while read -r number line; do
  echo "<<<$number"
  PID=$pid sh -c "$line" 2>&1
  echo ">>>$number"
done </dev/console
