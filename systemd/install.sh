#!/bin/sh
# Puts a bundle (npm run bundle) in place on a board, or takes it away. Run as root, from the bundle:
#
#   systemd/install.sh PLATFORM      such as tiogapass; again for another version: state and configuration stay
#   systemd/install.sh --remove      all but the state in /var/lib/redfishd
#   systemd/install.sh --purge       the state too
#
# DESTDIR names another root, for images: then nothing is started.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
root=${DESTDIR:-}
say() { printf '%s\n' "install.sh: $*"; }
die() {
  printf '%s\n' "install.sh: $*" >&2
  exit 1
}

# Each file beside this script, and where it goes.
files='
redfishd.service /usr/lib/systemd/system/redfishd.service
sysusers.conf /usr/lib/sysusers.d/redfishd.conf
tmpfiles.conf /usr/lib/tmpfiles.d/redfishd.conf
udev.rules /usr/lib/udev/rules.d/60-redfishd.rules
polkit.rules /usr/share/polkit-1/rules.d/50-redfishd.rules
'
live() { [ -z "$root" ] && command -v systemctl >/dev/null 2>&1; }

remove() {
  if live; then systemctl disable --now redfishd.service >/dev/null 2>&1 || true; fi
  echo "$files" | while read -r file target; do
    [ -z "$file" ] || rm -f "$root$target"
  done
  rm -rf "$root/usr/lib/redfishd" "$root/etc/redfishd" "$root/var/cache/redfishd"
  if live; then systemctl daemon-reload; fi
}

[ -n "$root" ] || [ "$(id -u)" = 0 ] || die 'run this as root, or set DESTDIR'
case ${1:-} in
--remove)
  remove
  say 'removed; what it knew is kept in /var/lib/redfishd'
  exit 0
  ;;
--purge)
  remove
  rm -rf "$root/var/lib/redfishd"
  say 'removed, with all that it knew'
  exit 0
  ;;
'' | -*) die 'say which board this is: systemd/install.sh PLATFORM, one of '"$(cd "$here/platform" && ls -- *.yaml | sed 's/\.yaml$//' | tr '\n' ' ')" ;;
esac
[ -e "$here/platform/$1.yaml" ] || die "there is no platform/$1.yaml in this bundle"
[ -e "$here/redfishd.js" ] || die "$here is no bundle: make one with npm run bundle"
made=$(sed -n 's/.*"architecture": "\(.*\)".*/\1/p' "$here/package.json")
if [ -z "$root" ]; then
  case $made-$(uname -m) in
  x64-x86_64 | arm64-aarch64 | armhf-armv[67]* | armhf-armv8l) ;;
  *) die "this bundle is for $made, and this machine is $(uname -m)" ;;
  esac
  command -v node >/dev/null || die 'there is no node on this machine; Node 20.20.2 or later is needed'
fi

# The new one is whole before the old one goes.
new=$root/usr/lib/redfishd.new
rm -rf "$new"
mkdir -p "$new" "$root/etc/redfishd"
cp -R "$here/." "$new/"
rm -rf "$root/usr/lib/redfishd"
mv "$new" "$root/usr/lib/redfishd"
echo "$files" | while read -r file target; do
  [ -n "$file" ] || continue
  mkdir -p "$(dirname "$root$target")"
  cp "$here/systemd/$file" "$root$target"
  chmod 644 "$root$target"
done
if [ ! -e "$root/etc/redfishd/redfishd.yaml" ]; then
  sed "s/PLATFORM/$1/" "$here/systemd/redfishd.yaml" >"$root/etc/redfishd/redfishd.yaml"
fi
if live; then
  systemd-sysusers redfishd.conf
  systemd-tmpfiles --create redfishd.conf
  udevadm control --reload && udevadm trigger
  systemctl daemon-reload
  systemctl enable redfishd.service
  systemctl restart redfishd.service
  say 'installed and started; journalctl -u redfishd says how it goes'
else
  say "installed in ${root:-/}"
fi
