# Builds what users run, when it is missing or older than its sources.  Sourced by thrace and
# trace-decode; says one line on stderr when it has something to do, and leaves stdin and stdout alone.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
BUILD=$ROOT/build/release
STAMP=$BUILD/.first-use  # as old as the newest sources that were built
PARTS=(preload/launcher/thrace preload/libthrace.so core/collector/thrace-collect
       decoder/trace-decode)

fail() {
  echo "thrace: $*" >&2
  exit 125
}

# A look at the sources' times costs a few milliseconds; asking ninja costs more, and a lock.
is_current() {
  local part
  for part in "${PARTS[@]}"; do
    [[ -e $BUILD/$part ]] || return 1
  done
  [[ -e $STAMP && -z $(find "$ROOT/CMakeLists.txt" "$ROOT/CMakePresets.json" "$ROOT/core" \
    "$ROOT/preload" "$ROOT/decoder" -newer "$STAMP" -print -quit) ]]
}

need_packages() {
  # shellcheck source=scripts/packages.sh
  source "$ROOT/scripts/packages.sh"
  local missing
  mapfile -t missing < <(missing_packages "${BUILD_PACKAGES[@]}")
  ((${#missing[@]})) || return 0
  can_install || fail "to build thrace, install these packages as root: ${missing[*]}"
  echo "thrace: installing ${missing[*]}" >&2
  install_packages "${missing[@]}" >"$BUILD/packages.log" 2>&1 ||
    fail "cannot install packages; $BUILD/packages.log says why"
}

build() {
  need_packages
  echo "thrace: building into $BUILD (once for each change of the sources)" >&2
  local log=$BUILD/first-use.log
  touch "$STAMP.new"
  {
    [[ -e $BUILD/build.ninja ]] || cmake -S "$ROOT" --preset release -DBUILD_TESTING=OFF
    cmake --build "$BUILD" --target "${PARTS[@]}"
  } >"$log" 2>&1 || {
    grep -m 5 -E 'error|Error|FAILED' "$log" >&2
    fail "cannot build thrace; $log says why"
  }
  mv "$STAMP.new" "$STAMP"
}

# bring_up_to_date: returns when everything is built; two first uses wait for each other.
bring_up_to_date() {
  is_current && return
  mkdir -p "$BUILD" 2>/dev/null || true
  [[ -w $BUILD ]] || fail "cannot write to $BUILD"
  (
    unset LD_PRELOAD THRACE_ARENA  # of the command to come, not of the compiler
    exec </dev/null
    flock 9
    is_current || build
  ) 9>"$BUILD/.first-use.lock" || exit $?
}
