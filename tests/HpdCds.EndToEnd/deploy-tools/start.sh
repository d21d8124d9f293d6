#!/usr/bin/env bash
# start.sh ROOTFS SETTINGS ARGUMENT...: starts what ARGUMENTs name as user 1654 with ROOTFS as its root, as a container engine would:
# read-only but for /tmp, SETTINGS at /etc/hpdcds, the environment as it is. Needs root, for the mounts.
set -euo pipefail
if [ "${INSIDE_MOUNTS:-}" != yes ]; then
  INSIDE_MOUNTS=yes exec unshare --mount bash "$0" "$@"
fi
root=$1 settings=$2
shift 2
mount --bind "$root" "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$settings" "$root/etc/hpdcds"
mount -o remount,bind,ro "$root/etc/hpdcds"
mount -o remount,bind,ro "$root"
cd /
exec "$(command -v chroot || echo /usr/sbin/chroot)" --userspec=1654:1654 "$root" "$@"
