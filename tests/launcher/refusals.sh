#!/bin/bash
# What cannot be run or recorded is refused with one sentence and the status that env would use.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

refuses 127 'command not found' nonesuch-command
refuses 127 'command not found' ./nonesuch
refuses 127 'command not found' ./collect/below
refuses 127 'empty' ''
refuses 126 'Is a directory' "$WORK"
echo data >data
PATH=$WORK:$PATH refuses 127 'not found' nonesuch
refuses 126 'Permission denied' ./data

refuses 125 'statically linked' "$HERE/launcher_static"
refuses 125 'started by /lib/ld-other' "$HERE/launcher_other_libc"

cp "$(type -P true)" foreign
printf '\267\000' | dd of=foreign bs=1 seek=18 conv=notrunc status=none  # e_machine: AArch64
refuses 125 'another architecture' ./foreign
cp "$(type -P true)" narrow
printf '\001' | dd of=narrow bs=1 seek=4 conv=notrunc status=none  # 32-bit class
refuses 125 'another architecture' ./narrow

# A script is judged by the interpreter at the end of the chain.
printf '#!%s\n' "$HERE/launcher_static" >script
printf '#! %s/script -x \n' "$WORK" >script2
printf '#!/nonesuch/interpreter\n' >script3
printf '#!%s/data\n' "$WORK" >script4
printf '#!%s/loop\n' "$WORK" >loop
chmod +x script script2 script3 script4 loop
refuses 125 'launcher_static is statically linked' ./script
refuses 125 'launcher_static is statically linked' ./script2
refuses 126 'interpreter /nonesuch/interpreter: No such file' ./script3
refuses 126 'interpreter .*/data: Permission denied' ./script4
refuses 126 'Too many levels' ./loop
printf 'echo "ran $0 $*"' >plain
chmod +x plain
equal "a file of commands" "$("$LAUNCHER" -q ./plain a b)" "ran ./plain a b"
printf '#!/bin/sh\necho "ran $0 $*"' >shell
chmod +x shell
equal "a script" "$(PATH=$WORK:$PATH "$LAUNCHER" -q shell a b)" "ran $WORK/shell a b"

# Programs that change their user run without preloads.
cp "$(type -P true)" setuid
cp "$(type -P true)" setgid
if [[ $EUID == 0 ]]; then
  chown 65534 setuid && chmod 4755 setuid
  chgrp 65534 setgid && chmod 2755 setgid
  refuses 125 'set-user-ID' ./setuid
  refuses 125 'set-group-ID' ./setgid
  chown 0 setuid && chmod 4755 setuid  # its owner is who we are: nothing changes
  run "$LAUNCHER" -q ./setuid
  equal "own set-user-ID program" "$STATUS" 0

  # As somebody else: capabilities, unreadable programs, folders of others.
  chmod 755 "$WORK" && touch note && chmod 666 note && mkdir -m 777 free && mkdir -m 755 closed
  cp "$(type -P true)" capable
  cp "$(type -P true)" unreadable && chmod 711 unreadable
  cp "$LAUNCHER" "$STAND_IN" free/  # the build tree may be closed to others
  real=$LAUNCHER
  nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$WORK/free/${real##*/}" "$@"; }
  LAUNCHER=nobody
  export THRACE_LIBRARY=$WORK/free/${STAND_IN##*/}
  if command -v setcap >/dev/null && setcap cap_net_raw+ep capable 2>/dev/null; then
    refuses 125 'file capabilities' -o free/x.thr ./capable
  fi
  refuses 125 'cannot read ./unreadable' -o free/x.thr ./unreadable
  refuses 125 'cannot write to .*/closed: Permission denied' -o closed/x.thr true
  LAUNCHER=$real
  use_stand_ins
fi

refuses 125 'cannot write to /nonesuch: No such file' -o /nonesuch/x.thr touch touched
refuses 125 'is a folder' -o "$WORK" touch touched
refuses 125 'is a folder' -o "$WORK/" touch touched

THRACE_LIBRARY=/nonesuch refuses 125 'libthrace.so is missing' touch touched
THRACE_COLLECT=/nonesuch refuses 125 'thrace-collect is missing' touch touched
mkdir 'a b' && cp "$STAND_IN" 'a b/lib.so'
THRACE_LIBRARY='a b/lib.so' refuses 125 'cannot be preloaded' touch touched
unset THRACE_LIBRARY THRACE_COLLECT
mkdir bin && cp "$LAUNCHER" bin/thrace
LAUNCHER=bin/thrace refuses 125 'libthrace.so is missing' touch touched
THRACE_LIBRARY=$STAND_IN
export THRACE_LIBRARY
LAUNCHER=bin/thrace refuses 125 'thrace-collect is missing' touch touched
finish
