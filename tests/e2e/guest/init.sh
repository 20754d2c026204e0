#!/bin/busybox sh
# What does the guest do first? As PID 1: mount the host's root (9p, read-only) under a tmpfs
# overlay, put this kernel's modules in place, run /share/command there, power off.
/bin/busybox mkdir -p /bin /proc /sys /dev /lower /rw /new
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in $(cat /modules.order); do insmod "/mods/$module" || echo "guest: insmod $module failed"; done

options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o ro,cache=loose,$options hostroot /lower || { echo "guest: no root file system"; poweroff -f; }
mount -t tmpfs tmpfs /rw; mkdir /rw/up /rw/work
mount -t overlay -o lowerdir=/lower,upperdir=/rw/up,workdir=/rw/work overlay /new
for directory in proc sys dev; do mount --move /$directory /new/$directory; done
mount -t tmpfs tmpfs /new/run
mkdir -p /new/dev/shm /new/dev/pts /new/share
mount -t tmpfs tmpfs /new/dev/shm; mount -t devpts devpts /new/dev/pts
mount -t 9p -o rw,cache=none,$options share /new/share

# The host's kernel modules are of no use here: show this kernel's instead.
mkdir -p /new/lib/modules; mount --bind "/new$(cat /kernel-root)/lib/modules" /new/lib/modules
# What the kernel asks for by itself (templates of ciphers) is loaded by a program of this first root.
mkdir -p /sbin /lib; ln -s /bin/busybox /sbin/modprobe; ln -s /new/lib/modules /lib/modules
rm -f /dev/console
for directory in proc sys dev; do rmdir /$directory; ln -s /new/$directory /$directory; done
ip link set lo up
# Bluetooth, and what LE Secure Connections (in the kernel) and bluetoothd (through AF_ALG) compute with.
# Beside the command: ciphers test themselves, which takes seconds under emulation.
{
  for module in bluetooth rfcomm bnep hci_vhci uhid cmac ecb hmac sha256_generic ccm algif_hash algif_skcipher; do
    modprobe $module || echo "guest: modprobe $module failed"
  done
  touch /new/run/modules-loaded
} &

echo "guest: userland ready at $(cut -d' ' -f1 /proc/uptime) s"
chroot /new /bin/sh /share/command
echo "guest: done at $(cut -d' ' -f1 /proc/uptime) s"
sync; poweroff -f
