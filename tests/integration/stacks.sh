#!/bin/bash
# One program of the distribution (the first argument) with deep stacks: the same results as untraced, and
# nearly all stacks reach the bottom of their thread.
program=$1
shift
source "$(dirname "$0")/lib.sh"
go=''  # the exports are judged elsewhere
socket=$place/socket
under=()  # what the program runs under

# serve READY COMMAND...: a server in the background; READY says whether it answers.
serve() {
  local ready=$1 i
  shift
  (cd "$place" && exec "${under[@]}" "$@") >"$place/server-out" 2>&1 &
  server=$!
  servers+=("$server")
  for ((i = 0; i < 500; i++)); do
    $ready >/dev/null 2>&1 && return
    sleep 0.02
  done
  fail "$program does not answer: $(tail -n 5 "$place/server-out")"
}
ended() {
  wait "$server"
  echo "status $?"
}

run_redis() {
  rm -rf "$place/appendonlydir"
  serve "redis-cli -s $socket ping" redis-server --port 0 --unixsocket "$socket" --io-threads 2 \
    --io-threads-do-reads yes --save '' --appendonly yes --dir "$place"
  redis-benchmark -s "$socket" -c 8 -n 500 -q -t set,get,lpush,lrange_100 >/dev/null
  redis-cli -s "$socket" set a 1
  redis-cli -s "$socket" get a
  redis-cli -s "$socket" shutdown nosave
  ended
}

run_nginx() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$place/www" && chmod 755 "$place" "$place/www" && chmod 777 "$traces"
  seq 1 50000 >"$place/www/large"
  cat >"$place/nginx.conf" <<NGINX
worker_processes 2; daemon off; pid $place/nginx.pid; error_log $place/error.log warn;
thread_pool default threads=4;
events { worker_connections 256; }
http {
  access_log off; aio threads;
  client_body_temp_path $place/t1; proxy_temp_path $place/t2; fastcgi_temp_path $place/t3;
  uwsgi_temp_path $place/t4; scgi_temp_path $place/t5;
  server { listen 127.0.0.1:$port; root $place/www; }
}
NGINX
  serve "curl -s http://127.0.0.1:$port/large" nginx -p "$place" -c "$place/nginx.conf"
  ab -q -k -n 3000 -c 20 "http://127.0.0.1:$port/large" 2>&1 | grep -E 'Complete|Failed'
  curl -s "http://127.0.0.1:$port/large" | sha256sum
  kill -QUIT "$server"
  ended
}

mariadb_client() { mariadb --no-defaults --socket="$socket" "$@"; }
run_mariadb() {
  rm -rf "$place/data" && mkdir "$place/data"
  serve "mariadb_client -e status" mariadbd --no-defaults --datadir="$place/data" --user="$(id -un)" \
    --socket="$socket" --pid-file="$place/pid" --skip-networking --skip-grant-tables \
    --innodb-buffer-pool-size=16M --innodb-log-file-size=8M
  mysqlslap --no-defaults --socket="$socket" --concurrency=8 --number-of-queries=2000 --create-schema=slap \
    --auto-generate-sql --auto-generate-sql-load-type=mixed | grep -E 'clients|queries per'
  mariadb_client -N <<'SQL'
CREATE DATABASE d; USE d; CREATE TABLE t (a INT PRIMARY KEY, b TEXT) ENGINE=InnoDB;
INSERT INTO t SELECT seq, sha1(seq) FROM seq_1_to_5000;
SELECT count(*), sum(a), max(sha1(b)) FROM t;
CHECKSUM TABLE t;
SHUTDOWN;
SQL
  ended
}

run_python() {
  cat >"$place/threads.py" <<'PYTHON'
import json, queue, threading, time
lock, results, event, total = threading.Lock(), queue.Queue(), threading.Event(), 0
def deep(n, work):
    return work() if n == 0 else sorted([1], key=lambda _: deep(n - 1, work))
def add():
    global total
    with lock:
        total += 1
        time.sleep(0.001)
def work(number):
    event.wait()
    for i in range(40):
        deep(i % 6, add)
        sum(range(20000))
    results.put(json.loads(json.dumps(number)))
threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
for t in threads: t.start()
event.set()
print(sorted(results.get() for _ in threads))
for t in threads: t.join()
print(total)
PYTHON
  "${under[@]}" /usr/bin/python3 "$place/threads.py"
  echo "status $?"
}

run_pigz() {
  seq 1 6000000 >"$place/input"
  "${under[@]}" pigz --no-time -p 4 <"$place/input" | sha256sum
}

case $program in
  redis) need redis-server redis-benchmark redis-cli ;;
  nginx) need nginx curl ab ;;
  mariadb) need mariadbd mariadb mysqlslap ;;
  python) need /usr/bin/python3 ;;
  pigz) need pigz ;;
esac
"run_$program" >"$place/untraced" 2>&1
thrace_command
under=("${traced[@]}")
"run_$program" >"$place/answers" 2>&1
((failures == 0)) || head -n 5 "$place/untraced" "$place/answers"
cmp "$place/untraced" "$place/answers" || fail "$program: $(diff "$place/untraced" "$place/answers" | head -n 10)"
printf '%s: ' "$program"
judge
printf '%s: ' "$program"
"$harness/stack_ends.py" --launcher "$launcher" --decoder "$decoder" --least 95 "$traces" || failures=1
finish
