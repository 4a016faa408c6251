#!/bin/bash
# The scripts of a checkout: what is built when, with stand-ins for the machine's own tools.
source "$(dirname "$0")/expect.sh" "$@"

mkdir -p tree/{core,preload,decoder} tools
cp -r "$SOURCE/scripts" tree/
touch tree/CMakeLists.txt tree/CMakePresets.json tree/core/source.cc
checkout=$WORK/tree

tool() { cat >"tools/$1" && chmod +x "tools/$1"; }
tool cmake <<'END'
#!/bin/bash
echo "cmake $*" >>"$LOG"
echo "noise on stdout"; echo "noise on stderr" >&2
cat >>"$LOG"  # stdin must not be the command's
[[ $* != *--preset* ]] || touch "$TREE/build/release/build.ninja"
[[ -z ${BROKEN-} ]] || { echo "core/source.cc:1: error: broken"; exit 1; }
[[ $1 == --build ]] || exit 0
sleep 0.5
for part in preload/launcher/thrace preload/libthrace.so core/collector/thrace-collect decoder/trace-decode; do
  mkdir -p "$TREE/build/release/${part%/*}"
  printf '#!/bin/bash\necho "$0 $*"; cat\n' >"$TREE/build/release/$part"
  chmod +x "$TREE/build/release/$part"
done
END
tool dpkg-query <<'END'
#!/bin/bash
case ${MISSING-} in *" ${*: -1} "*) exit 1 ;; esac
echo -n installed
END
tool apt-get <<'END'
#!/bin/bash
echo "apt-get $*" >>"$LOG"
END
tool sudo <<'END'
#!/bin/bash
exit 1
END
export PATH=$WORK/tools:$PATH LOG=$WORK/log TREE=$checkout
thrace=$checkout/scripts/thrace
builds() { grep -c -- --build log; }

# The first use builds, says so in one line on stderr, and hands over stdin and the arguments.
: >log
echo input | "$thrace" -x 'a b' >out 2>err
built=$checkout/build/release/preload/launcher/thrace
equal output "$(cat out)" "$built -x a b
input"
equal "lines on stderr" "$(wc -l <err)" 1
equal builds "$(builds)" 1
equal configured "$(grep -c -- '--preset release' log)" 1
grep -q input log && wrong "the build has read the command's input"
run "$thrace"
equal "silent when built" "$(cat err)$(builds)" 1
run "$checkout/scripts/trace-decode" check x
equal decode "$(cat out) $(builds)" "$checkout/build/release/decoder/trace-decode check x 1"
ln -s "$thrace" link
run ./link
equal "by a link" "$STATUS" 0

# A newer source is built in, without configuring again.
sleep 0.02
touch "$checkout/core/source.cc"
run "$thrace"
equal "builds after a change" "$(builds) $(grep -c -- --preset log)" "2 1"

# Two first uses: one builds, the other waits.
rm -rf "$checkout/build"
: >log
"$thrace" one >out1 2>/dev/null </dev/null &
"$thrace" two >out2 2>/dev/null </dev/null
wait $!
equal "both run" "$(cat out1 out2)" "$built one
$built two"
equal "one build" "$(builds)" 1

# What goes wrong is said.
rm -rf "$checkout/build"
BROKEN=1 run "$thrace"
equal "broken build" "$STATUS" 125
grep -q 'source.cc:1: error: broken' err && grep -q 'cannot build thrace' err || wrong "$(cat err)"

# Missing packages are installed by root, else named.
export MISSING=" cmake g++ "
: >log
if [[ $EUID == 0 ]]; then
  run "$thrace"
  grep -q 'thrace: installing cmake g++' err || wrong "$(cat err)"
  grep -q '^apt-get .*install cmake g++$' log || wrong "$(cat log)"
  rm -rf "$checkout/build"
  chmod -R a+rwX "$WORK" && chmod a+rwx "$WORK"
  run setpriv --reuid 65534 --regid 65534 --clear-groups "$thrace"
else
  run "$thrace"
fi
equal "no way to install" "$STATUS" 125
grep -q 'install these packages as root: cmake g++' err || wrong "$(cat err)"

# Where apt's own packages come from is where the backports come from.
backports() { bash -c 'source "$1/scripts/packages.sh"; debian_source bookworm "$2"' - "$checkout" "$1"; }
mkdir -p apt/sources.list.d
cat >apt/sources.list.d/debian.sources <<'END'
Types: deb
URIs: http://mirror.invalid/security
Suites: bookworm-security
Signed-By: /keys/security.gpg

Types: deb
# a comment
URIs: http://mirror.invalid/debian
Suites: bookworm bookworm-updates
Signed-By: /keys/debian.gpg
END
equal deb822 "$(backports apt)" "http://mirror.invalid/debian /keys/debian.gpg"
rm apt/sources.list.d/*
cat >apt/sources.list <<'END'
# deb http://other.invalid/debian bookworm main
deb [arch=amd64 signed-by=/keys/list.gpg] http://mirror.invalid/list bookworm main contrib
END
equal "one-line form" "$(backports apt)" "http://mirror.invalid/list /keys/list.gpg"
echo 'deb http://mirror.invalid/plain bookworm main' >apt/sources.list
equal "one-line form without options" "$(backports apt)" "http://mirror.invalid/plain "
finish
