# In the guest: wake the devices that the tests want and no others, run the tests, switch off.
# `repository`, `modules` and `python` are written above this on the host.
# The host's own /tmp stays in sight: the checkout may lie in it.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/own TMPDIR=/run/own LANG=C.UTF-8
mkdir -p "$TMPDIR"
folder="/usr/lib/modules/$(uname -r)"
mkdir -p "$folder"
mount --bind "$modules/$(uname -r)" "$folder"
# udevd lies in /lib or /usr/lib, which are one on Debian 12.
/lib/systemd/systemd-udevd --daemon
modprobe -a virtio_console xhci_pci usbhid
udevadm trigger --action=add --subsystem-match=virtio-ports --subsystem-match=input --subsystem-match=usb
udevadm settle --timeout=20
busybox ip link set lo up
cd "$repository"
export DANGXIA_KERNEL=guest PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 PYTHONDONTWRITEBYTECODE=1
# The whole suite's conftest would load the whole house, which takes a slow guest half a minute.
set -f
IFS='
'
"$python" -m pytest -q -p pytest_timeout -p no:cacheprovider --timeout=90 \
  --confcutdir=tests/kernel $(cat /run/dangxia/tests)
sync
echo o > /proc/sysrq-trigger
sleep 10
