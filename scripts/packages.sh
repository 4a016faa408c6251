# The Debian packages that thrace needs, and how to get them.  Sourced by the other scripts.
# shellcheck shell=bash disable=SC2034

BUILD_PACKAGES=(cmake ninja-build g++ pkg-config libboost-dev libzstd-dev libcli11-dev libfmt-dev
                nlohmann-json3-dev libdw-dev libiberty-dev liblzma-dev protobuf-compiler
                libprotobuf-dev zlib1g-dev libsqlite3-dev)
# The tests: what builds them, then the programs that are traced, then the judges.
TEST_PACKAGES=(git clang-14 libgtest-dev libbenchmark-dev
               zstd pigz xz-utils python3 redis-server redis-tools nginx-light apache2-utils curl sqlite3
               mariadb-server-core mariadb-client
               coreutils chromium
               gdb strace binutils dwz valgrind libunwind-dev)
# speedscope and Perfetto's trace processor, judges of exports, come from npm; a Node.js from elsewhere
# brings its own npm along.
command -v npm >/dev/null || TEST_PACKAGES+=(nodejs npm)
GO_PACKAGE=golang-1.23-go  # `go tool trace` judges our export; from the backports

# missing_packages PACKAGE...: those that are not installed.
missing_packages() {
  command -v dpkg-query >/dev/null || return 0  # not a Debian: the build will say what it misses
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package"
  done
}

# The words that make a command run as root; fails when there is no way without a question.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -n "$@"
  fi
}

can_install() {
  command -v apt-get >/dev/null && as_root true 2>/dev/null </dev/null
}

# Packages start their services when they are installed, unless a policy forbids it.
POLICY=/usr/sbin/policy-rc.d

# install_packages PACKAGE...: needs can_install.  All output goes to stderr.
install_packages() (
  exec </dev/null >&2
  if [[ ! -e $POLICY ]]; then
    trap 'as_root rm -f "$POLICY"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
  fi
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Options::=--force-confold --no-install-recommends install "$@"
)

# Lists may be locked by another apt, and no option waits for that.
apt_update() {
  local try
  for try in 1 2 3 4 5 6; do
    as_root apt-get -q -o DPkg::Lock::Timeout=600 update && return
    sleep $((try * 5))
  done
  return 1
}

# debian_source CODENAME FOLDER: the "URI KEYRING" that the machine's own Debian packages come from, out
# of apt's FOLDER (KEYRING may be missing).
debian_source() {
  local codename=$1 folder=$2
  shopt -s nullglob
  # deb822: stanzas of "Key: value"; then the one-line form.
  awk -v suite="$codename" '
    BEGIN { RS = ""; FS = "\n" }
    {
      uri = ""; key = ""; wanted = 0
      for (i = 1; i <= NF; i++) {
        n = split($i, word, /[ \t]+/)
        if (word[1] == "URIs:") uri = word[2]
        if (word[1] == "Signed-By:") key = word[2]
        if (word[1] == "Suites:") for (j = 2; j <= n; j++) if (word[j] == suite) wanted = 1
      }
      if (wanted && uri != "") { print uri, key; exit }
    }' "$folder"/sources.list.d/*.sources /dev/null
  awk -v suite="$codename" '
    $1 == "deb" {
      key = ""; at = 2
      if ($2 ~ /^\[/) {
        for (; at <= NF; at++) {
          if (match($at, /signed-by=[^] ]+/)) key = substr($at, RSTART + 10, RLENGTH - 10)
          if ($at ~ /\]$/) { at++; break }
        }
      }
      if ($(at + 1) == suite) { print $at, key; exit }
    }' "$folder/sources.list" "$folder"/sources.list.d/*.list /dev/null 2>/dev/null || true
}

# Makes the backports known to apt, from the place that the machine's other packages come from.
add_backports() {
  local codename uri key
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-cache show "$GO_PACKAGE" >/dev/null 2>&1 && return
  apt_update >/dev/null 2>&1 || true  # a new machine has no lists yet
  apt-cache show "$GO_PACKAGE" >/dev/null 2>&1 && return
  read -r uri key < <(debian_source "$codename" /etc/apt | head -n 1) || return 1
  {
    printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\n' "$uri" "$codename"
    [[ -z $key ]] || printf 'Signed-By: %s\n' "$key"
  } | as_root tee /etc/apt/sources.list.d/thrace-backports.sources >/dev/null
}
