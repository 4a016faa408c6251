#!/bin/bash
# --report: the summary on stderr after the command, which ends as it would have.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

# The launcher finds the decoder beside itself; the stand-in collector leaves a file.
mkdir bin
cp "$LAUNCHER" bin/thrace
LAUNCHER=$WORK/bin/thrace
printf '#!/bin/bash\necho "report: $*"\n' >bin/trace-decode
cat >>collect <<'END'
[[ -n ${NO_FILE-} ]] || : >"${THRACE_OUTPUT//%p/${6}}"
END
chmod +x bin/trace-decode

run "$LAUNCHER" -r -q -o x.%p.thr sh -c 'echo $$; exit 5'
equal status "$STATUS" 5
equal "stdout and stderr" "$(cat err)" "report: summary $WORK/x.$(cat out).thr"
run "$LAUNCHER" -r -o y.%p.thr true
equal lines "$(wc -l <err)" 2
run "$LAUNCHER" -rq -o s.%p.thr sh -c 'kill -SEGV $$'
equal "death by signal" "$STATUS" 139
grep -q '^report:' err || wrong "no report after a death"
run "$LAUNCHER" -rq -o s.%p.thr sh -c 'kill -KILL $$'
equal "death by SIGKILL" "$STATUS" 137
python3 - "$LAUNCHER" <<'END' || wrong "the parent does not see the signal itself"
import subprocess, sys
child = subprocess.run([sys.argv[1], "-rq", "-o", "p.%p.thr", "sh", "-c", "kill -USR1 $$"],
                       stderr=subprocess.DEVNULL)
sys.exit(child.returncode != -10)
END

# Failures before the command have no report.
refuses 127 'not found' -r nonesuch
REPLY_WITH='error: no room' refuses 125 'no room' -r -o r.%p.thr touch touched

# A signal sent to the launcher is the command's.
cat >trapper <<'END'
#!/bin/bash
trap 'echo got TERM; exit 9' TERM
echo ready
for ((;;)); do sleep 0.05; done
END
chmod +x trapper
"$LAUNCHER" -rq -o t.%p.thr ./trapper >out 2>err &
launcher=$!
for ((i = 0; i < 400; i++)); do grep -q ready out && break; sleep 0.05; done
kill -TERM $launcher
wait $launcher
equal "forwarded signal" "$? $(tail -n 1 out)" "9 got TERM"

# A command that stops itself and is woken by another is not hung up by us.
run timeout 60 "$LAUNCHER" -rq -o u.%p.thr \
  sh -c 'while sleep 0.2 && kill -CONT $$ 2>/dev/null; do :; done & kill -STOP $$; exit 3'
equal "stop and go on" "$STATUS" 3

# On a terminal: ^Z stops both, a continued job goes on, ^C ends both as SIGINT would.
cat >terminal.py <<'END'
import os, pty, signal, sys, time

keys_in, keys_out = os.pipe()
shell, terminal = pty.fork()
if shell:  # the keyboard: types what the shell below asks for
    os.close(keys_out)
    while key := os.read(keys_in, 1):
        os.write(terminal, key)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]))

signal.signal(signal.SIGTTOU, signal.SIG_IGN)
# One process: a shell whose child stops before its exec does not stop itself (vfork).
job = os.fork()
if job == 0:
    os.close(keys_out)
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    for number in (signal.SIGTTOU, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.execv(sys.argv[1], [sys.argv[1], "-rq", "-o", "w.%p.thr", "sh", "-c", ": >ready; exec sleep 60"])
while not os.path.exists("ready"):
    time.sleep(0.01)

def expect(seen, what):
    if not seen:
        print("WRONG:", what, file=open("wrong", "w"))
        os._exit(1)

os.write(keys_out, b"\x1a")
expect(os.WIFSTOPPED(os.waitpid(job, os.WUNTRACED)[1]), "^Z does not stop the launcher")
os.killpg(job, signal.SIGCONT)
expect(os.WIFCONTINUED(os.waitpid(job, os.WCONTINUED)[1]), "it does not go on")
time.sleep(0.2)
os.write(keys_out, b"\x03")
status = os.waitpid(job, 0)[1]
expect(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, f"^C: status {status:#x}")
os._exit(0)
END
timeout 60 python3 terminal.py "$LAUNCHER" || wrong "job control: $(cat wrong)"

# Signals and the mask of the command are those of the launcher.
state=$HERE/launcher_state
(trap '' CHLD INT; exec "$state") | grep -e ^ignored -e ^blocked -e ^desc >bare
(trap '' CHLD INT; exec "$LAUNCHER" -rq -o v.%p.thr "$state" 2>/dev/null) |
  grep -e ^ignored -e ^blocked -e ^desc >recorded
diff bare recorded || wrong "the command inherits something else"
rm bin/trace-decode
refuses 125 'trace-decode is missing' -r touch touched
finish
