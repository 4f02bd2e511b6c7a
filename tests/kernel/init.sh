#!/bin/busybox sh
# The guest's first program. Its root is the host's own root, read only, beneath a layer of memory;
# what to do then is told by start.sh in the folder that both share.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/modules/$module"; done < /modules/order
options=trans=virtio,version=9p2000.L,msize=512000
$b mount -t 9p -o "$options,ro,cache=loose" host /host
$b mount -t tmpfs own /own
$b mkdir /own/upper /own/work
$b mount -t overlay -o lowerdir=/host,upperdir=/own/upper,workdir=/own/work root /new
for place in dev proc sys; do $b mount --move /$place /new/$place; done
for place in run dev/shm; do
  $b mkdir -p /new/$place
  $b mount -t tmpfs tmpfs /new/$place
done
$b mkdir -p /new/dev/pts /new/run/dangxia
$b mount -t devpts devpts /new/dev/pts
$b mount -t 9p -o "$options,rw" shared /new/run/dangxia
exec $b switch_root /new /bin/sh /run/dangxia/start.sh
