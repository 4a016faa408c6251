#!/bin/bash
# Python: threading, concurrent.futures, multiprocessing and subprocess.
source "$(dirname "$0")/lib.sh"
python=/usr/bin/python3
[[ -x $python ]] || need python3
[[ -x $python ]] || python=$(command -v python3)

cat >"$place/threads.py" <<'PYTHON'
import queue, threading, time
lock, total, results = threading.Lock(), 0, queue.Queue()
def work(number):
    global total
    for i in range(2000):
        with lock:
            total += i
        if i % 100 == 0:
            time.sleep(0)
    results.put(number)
threads = [threading.Thread(target=work, args=(i,), name=f"worker-{i}") for i in range(8)]
for t in threads: t.start()
print(sorted(results.get(timeout=30) for _ in threads))
for t in threads: t.join()
event, barrier = threading.Event(), threading.Barrier(3)
others = [threading.Thread(target=lambda: (event.wait(), barrier.wait())) for _ in range(2)]
for t in others: t.start()
event.set(); barrier.wait()
for t in others: t.join()
print(total, event.wait(0.01), threading.Semaphore(0).acquire(timeout=0.01), threading.active_count())
PYTHON
cat >"$place/futures.py" <<'PYTHON'
import concurrent.futures as futures, hashlib
def digest(i): return hashlib.sha256(bytes(200000) + bytes([i])).hexdigest()
if __name__ == "__main__":
    with futures.ThreadPoolExecutor(4) as pool: a = list(pool.map(digest, range(40)))
    with futures.ProcessPoolExecutor(2) as pool: b = list(pool.map(digest, range(40)))
    print(a == b, hashlib.sha256("".join(a).encode()).hexdigest())
PYTHON
cat >"$place/processes.py" <<'PYTHON'
import multiprocessing as mp, os, sys
def work(i, queue, lock, value):
    for _ in range(100):
        with lock: value.value += 1
    queue.put(i * i)
    sys.exit(i)
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        context = mp.get_context(method)
        queue, lock, value = context.Queue(), context.Lock(), context.Value("i", 0)
        children = [context.Process(target=work, args=(i, queue, lock, value)) for i in range(3)]
        for c in children: c.start()
        squares = sorted(queue.get(timeout=60) for _ in children)
        for c in children: c.join()
        with context.Pool(2) as pool: print(method, squares, value.value, [c.exitcode for c in children], pool.map(abs, range(-5, 0)))
PYTHON
cat >"$place/subprocesses.py" <<'PYTHON'
import asyncio, os, signal, subprocess, sys
print(subprocess.run(["echo", "hello"], capture_output=True, text=True).stdout.strip())
print(subprocess.run("exit 7", shell=True).returncode, subprocess.getoutput("echo a | tr a b"))
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True)
print(p.communicate(b"x" * 100000)[0] == b"x" * 100000)
p = subprocess.Popen(["sleep", "100"]); p.send_signal(signal.SIGTERM); print(p.wait())
print(subprocess.run(["/nonexistent-program"], check=False) if False else "none")
async def main():
    ps = [await asyncio.create_subprocess_exec("sh", "-c", f"exit {i}") for i in range(5)]
    print([await p.wait() for p in ps])
asyncio.run(main())
pid = os.fork()
if pid == 0: os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
sed -i '/nonexistent-program/d' "$place/subprocesses.py"
for script in threads futures processes subprocesses; do
  compare "python $script" "$python" "$script.py"
done
finish
