#!/usr/bin/env bash
# Makes what the emulated board boots: Debian's armhf kernel with the device tree of Bletchley, and a root with Node and the
# bundle. Usage: image.sh base CACHE makes what does not depend on the bundle, image.sh image CACHE BUNDLE OUT the rest.
# Needs Debian packages: mmdebstrap qemu-system-arm busybox-static cpio kmod squashfs-tools zstd.
set -euo pipefail
what=$1 cache=$2 bundle=${3:-} out=${4:-}
key=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${REDFISHD_DEBIAN_MIRROR:-http://deb.debian.org/debian}
mkdir -p "$cache"

# A configuration of apt apart from the machine's own, for another architecture.
foreign() {
  local suite=$1 dir=$cache/apt-$1
  mkdir -p "$dir"/{lists,cache/archives}/partial "$dir/parts"
  echo "deb [arch=armhf signed-by=$key] $mirror $suite main" >"$dir/sources.list"
  options=(-o APT::Architecture=armhf -o APT::Architectures::=armhf -o "Dir::Etc::sourcelist=$dir/sources.list"
    -o "Dir::Etc::sourceparts=$dir/parts" -o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache"
    -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o 'Acquire::Check-Valid-Until=false')
}

kernel() {
  [ -e "$cache/kernel/done" ] && return
  rm -rf "$cache/kernel" && mkdir -p "$cache/kernel"
  foreign bookworm
  apt-get "${options[@]}" -qq update
  local name
  name=$(apt-cache "${options[@]}" depends linux-image-armmp | awk '/Depends: linux-image/{print $2; exit}')
  (cd "$cache/kernel" && apt-get "${options[@]}" -qq download "$name" && dpkg-deb -x ./*.deb . && rm ./*.deb)
  local version
  version=$(ls "$cache/kernel/lib/modules")
  depmod -b "$cache/kernel" "$version"
  touch "$cache/kernel/done"
}

# The newest releases first that have a Node this project runs on, and an index that can be had today.
root() {
  [ -e "$cache/root/done" ] && return
  local suite
  for suite in trixie forky sid; do
    rm -rf "$cache/root"
    echo "deb [arch=armhf signed-by=$key] $mirror $suite main" >"$cache/$suite.list"
    if mmdebstrap --quiet --variant=extract --architectures=armhf --mode=root --skip=check/qemu \
      --aptopt='Acquire::Check-Valid-Until "false"' --include=busybox-static,nodejs,i2c-tools "$suite" "$cache/root" \
      "$cache/$suite.list"; then
      for dir in bin sbin lib; do [ -e "$cache/root/$dir" ] || ln -s "usr/$dir" "$cache/root/$dir"; done
      rm -rf "$cache/root/usr/share"/{doc,man,locale,perl,info} "$cache/root/var/lib/apt" "$cache/root/var/cache"
      touch "$cache/root/done"
      return
    fi
  done
  echo "no release of Debian could be had for armhf" >&2
  return 1
}

# Modules of the board's devices, in the order in which they are loaded.
modules() {
  local version=$1 name
  for name in loop squashfs overlay i2c-dev leds-gpio ftgmac100 i2c-aspeed gpio-aspeed gpio-pca953x leds-pca955x i2c-mux-pca954x at24 \
    lm75 tmp421 adm1275 aspeed_adc; do
    modprobe -d "$cache/kernel" -S "$version" --show-depends "$name" 2>/dev/null | awk '$1 == "insmod" {print $2}' || true
  done | awk '!seen[$0]++'
}

initial() {
  local version work
  version=$(ls "$cache/kernel/lib/modules")
  work=$(mktemp -d)
  mkdir -p "$work"/{bin,dev,proc,sys,mnt/root,mnt/rw,modules}
  cp "$cache/root/usr/bin/busybox" "$work/bin/busybox"
  ln -s busybox "$work/bin/sh"
  modules "$version" | while read -r file; do
    cp "$file" "$work/modules/"
    basename "$file" >>"$work/modules/order"
  done
  cat >"$work/init" <<'INIT'
#!/bin/sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/order
mkdir -p /mnt/root /mnt/rw
mount -t squashfs -o loop,ro /root.sqsh /mnt/root
mount -t tmpfs rw /mnt/rw
mkdir -p /mnt/rw/upper /mnt/rw/work /mnt/new
mount -t overlay -o lowerdir=/mnt/root,upperdir=/mnt/rw/upper,workdir=/mnt/rw/work overlay /mnt/new
for each in dev proc sys; do mount --move "/$each" "/mnt/new/$each"; done
exec switch_root /mnt/new /start
INIT
  chmod 755 "$work/init"
  (cd "$work" && find . | cpio --quiet -o -H newc | gzip -1) >"$out/initrd"
  rm -rf "$work"
  # A second archive is found where it begins at a multiple of four bytes.
  truncate -s %512 "$out/initrd"
}

system() {
  local work=$out/system
  rm -rf "$work" && mkdir -p "$work"
  cp -a "$cache/root/." "$work/"
  mkdir -p "$work"/{dev,proc,sys,run,tmp,root} "$work/opt"
  cp -a "$bundle" "$work/opt/redfishd"
  cp "$(dirname "$0")/start.sh" "$work/start"
  cp "$(dirname "$0")/lane.yaml" "$work/opt/redfishd/platform/lane.yaml"
  chmod 755 "$work/start"
  mksquashfs "$work" "$out/root.sqsh" -quiet -no-progress -noappend -comp zstd -Xcompression-level 3 >/dev/null
  rm -rf "$work"
  (cd "$out" && echo root.sqsh | cpio --quiet -o -H newc) >>"$out/initrd"
  rm "$out/root.sqsh"
}

if [ "$what" = base ]; then
  kernel
  root
else
  mkdir -p "$out"
  initial
  system
  cp "$cache"/kernel/boot/vmlinuz-* "$out/vmlinuz"
  cp "$cache"/kernel/usr/lib/linux-image-*/aspeed-bmc-facebook-bletchley.dtb "$out/board.dtb"
fi
