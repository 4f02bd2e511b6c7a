#!/usr/bin/env bash
# Prepare the virtual machine of `make test-kernel` below var/kernel: Debian's kernel with its
# modules, and a first file system that makes this machine's own files the guest's, read only.
# Done already, it takes a moment. What cannot be had is said in one sentence, kept in `missing`.
set -euo pipefail
cd "$(dirname "$0")/../.."
place=var/kernel
packages=(qemu-system-x86 busybox-static udev kmod cpio)
# What the guest needs before it has a root; everything else udev loads.
first=(virtio_pci 9pnet_virtio 9p overlay)

cannot() {
  echo "$1" | tee "$place/missing" >&2
  exit 1
}

install_packages() {
  local missing=() package
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local line="apt-get install -y --no-install-recommends ${missing[*]}"
  [ "$(id -u)" -eq 0 ] || cannot "The virtual machine needs packages; as root, run: apt-get update && $line"
  echo "Installing ${missing[*]} …" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && $line -qq; } >/dev/null || cannot "These packages cannot be had: ${missing[*]}"
}

# The kernel that Debian now offers, or else the one that is here.
fetch_kernel() {
  local package
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ {print $2; exit}')
  if [ -z "$package" ]; then
    [ -e "$place/kernel" ] || cannot "Debian's package lists name no kernel; run apt-get update."
    return
  fi
  [ "$(cat "$place/kernel/name" 2>/dev/null)" != "$package" ] || return 0
  echo "Fetching $package …" >&2
  rm -rf "$place/new" && mkdir -p "$place/new"
  (cd "$place/new" && apt-get download -qq "$package" && dpkg-deb -x ./*.deb . && rm ./*.deb) >/dev/null 2>&1 \
    || cannot "The kernel $package cannot be had."
  mkdir -p "$place/new/usr"
  [ -d "$place/new/usr/lib/modules" ] || mv "$place/new/lib" "$place/new/usr/lib"
  mv "$place"/new/boot/vmlinuz-* "$place/new/vmlinuz"
  ls "$place/new/usr/lib/modules" > "$place/new/release"
  ln -sfn usr/lib "$place/new/lib"
  depmod -b "$place/new" "$(cat "$place/new/release")"
  echo "$package" > "$place/new/name"
  rm -rf "$place/kernel" "$place/initrd.gz"
  mv "$place/new" "$place/kernel"
}

build_initrd() {
  [ ! "$place/initrd.gz" -nt tests/kernel/init.sh ] || return 0
  local root="$place/initrd" module
  rm -rf "$root" && mkdir -p "$root"/{bin,modules,proc,sys,dev,host,own,new}
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp tests/kernel/init.sh "$root/init" && chmod +x "$root/init"
  for module in "${first[@]}"; do
    modprobe -d "$place/kernel" -S "$(cat "$place/kernel/release")" --show-depends "$module"
  done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r module; do
    cp "$module" "$root/modules/"
    basename "$module" >> "$root/modules/order"
  done
  (cd "$root" && find . | cpio --quiet -o -H newc) | gzip -1 > "$place/initrd.new"
  mv "$place/initrd.new" "$place/initrd.gz"
  rm -rf "$root"
}

mkdir -p "$place"
rm -f "$place/missing"
[ "$(uname -m)" = x86_64 ] || cannot "The virtual machine is made for x86_64 only."
command -v apt-get >/dev/null || cannot "The virtual machine is made of Debian's packages; there is no apt-get here."
install_packages
fetch_kernel
build_initrd
