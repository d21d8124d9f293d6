#!/usr/bin/env bash
# image.sh SOURCE FOLDER: builds the container image of the service from SOURCE without an engine, and lays its files out in FOLDER/rootfs.
# The base image stands in for the real one, which needs the network: the runtime of this machine, the libraries that it loads, time zones, no shell.
# Needs root: umoci gives the unpacked files the owners that the image says.
set -euo pipefail
source=$1 folder=$2
registry=
mkdir -p "$folder"
trap '[ -z "$registry" ] || kill "$registry"' EXIT

port=$(shuf -i 20000-29999 -n 1)
base=localhost:$port/base
cat > "$folder/registry.yml" << YML
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $folder/registry } }
http: { addr: 127.0.0.1:$port }
YML
docker-registry serve "$folder/registry.yml" > "$folder/registry.log" 2>&1 &
registry=$!

umoci init --layout "$folder/base"
umoci new --image "$folder/base:10.0"
umoci unpack --image "$folder/base:10.0" "$folder/bundle"
root=$folder/bundle/rootfs
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$root"/{tmp,proc,dev,etc/hpdcds,usr/share/dotnet/shared,usr/lib,usr/share/zoneinfo}
ln -s usr/lib "$root/lib"
ln -s usr/lib "$root/lib64"
cp -a "$dotnet/dotnet" "$dotnet/host" "$root/usr/share/dotnet/"
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
  newest=$(ls -d "$dotnet/shared/$framework"/10.* | sort -V | tail -n 1)
  mkdir -p "$root/usr/share/dotnet/shared/$framework"
  cp -a "$newest" "$root/usr/share/dotnet/shared/$framework/"
done
cp -a /usr/share/zoneinfo/. "$root/usr/share/zoneinfo/"
find "$root/usr/share/dotnet" -name '*.so' -exec ldd {} + 2> /dev/null | awk '/=> \// { print $3 } /^\t\/.*ld-linux/ { print $1 }' \
  | cat - <(ldconfig -p | awk '/libssl.so.3|libcrypto.so.3|libnss_(dns|files)|libresolv.so.2/ { print $NF }') | sort -u \
  | while read -r library; do cp -Ln "$library" "$root/usr/lib/"; done
umoci repack --image "$folder/base:10.0" "$folder/bundle" > /dev/null 2>&1
umoci config --image "$folder/base:10.0" --config.env PATH=/usr/share/dotnet --config.env DOTNET_ROOT=/usr/share/dotnet
skopeo copy --quiet --dest-tls-verify=false "oci:$folder/base:10.0" "docker://$base:10.0"

dotnet restore "$source/src/HpdCds" --locked-mode -p:PublishReadyToRun=true -v quiet
dotnet publish "$source/src/HpdCds" --no-restore -t:PublishContainer -c Release -r linux-x64 --nologo -v quiet -p:SourceRevisionId=tested \
  -p:ContainerBaseImage="$base:10.0" -p:ContainerArchiveOutputPath="$folder/image.tar.gz" < /dev/null
skopeo copy --quiet "oci-archive:$folder/image.tar.gz" "oci:$folder/image:hpdcds"
umoci unpack --image "$folder/image:hpdcds" "$folder/image-bundle"
mv "$folder/image-bundle/rootfs" "$folder/rootfs"
cp "$folder/image-bundle/config.json" "$folder/config.json"
