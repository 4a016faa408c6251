#!/bin/bash
# nginx with two workers and a thread pool, under load, reloaded and stopped: a trace for each process.
source "$(dirname "$0")/lib.sh"
need nginx curl
mkdir -p "$place/www" "$place/logs"
chmod 755 "$place" "$place/www"
head -c 300000 /dev/zero | tr '\0' 'n' >"$place/www/large"
echo hello >"$place/www/small"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
cat >"$place/nginx.conf" <<NGINX
worker_processes 2;
daemon off;
pid $place/nginx.pid;
error_log $place/logs/error.log warn;
thread_pool default threads=4;
events { worker_connections 256; }
http {
  access_log off;
  aio threads;
  client_body_temp_path $place/t1; proxy_temp_path $place/t2; fastcgi_temp_path $place/t3;
  uwsgi_temp_path $place/t4; scgi_temp_path $place/t5;
  server { listen 127.0.0.1:$port; root $place/www; }
}
NGINX
[[ $(id -u) == 0 ]] && chmod 777 "$traces"

workers() { echo $(cat "/proc/$server/task/$server/children"); }  # one line, single spaces

# await_two_new OLD: until two workers are there that are not among OLD.
await_two_new() {
  local pid new
  for ((i = 0; i < 1000; i++)); do
    new=0
    for pid in $(workers); do
      [[ $1 == *" $pid "* ]] || new=$((new + 1))
    done
    ((new < 2)) || return 0
    sleep 0.02
  done
  fail "nginx: it was not reloaded"
}

run_nginx() {
  (exec "$@" nginx -p "$place" -c "$place/nginx.conf") >"$place/server-out" 2>"$place/server-err" &
  local server=$!
  servers+=("$server")
  for ((i = 0; i < 250; i++)); do
    curl -s -o /dev/null "http://127.0.0.1:$port/small" && break
    sleep 0.02
  done
  {
    curl -s "http://127.0.0.1:$port/small"
    curl -s "http://127.0.0.1:$port/large" | sha256sum
    curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$port/none"
    if command -v ab >/dev/null; then
      ab -q -k -n "$requests" -c 20 "http://127.0.0.1:$port/large" 2>&1 | grep -E 'Complete|Failed'
    fi
    old=" $(workers) "
    kill -HUP "$server"
    await_two_new "$old"
    curl -s "http://127.0.0.1:$port/small"
    kill -QUIT "$server"
    wait "$server"
    echo "status $?"
  } >"$place/answers"
}

for mode in default stress; do
  requests=5000
  [[ $mode == stress ]] && requests=1000
  run_nginx
  mv "$place/answers" "$place/untraced"
  rm -f "$traces"/*
  thrace_command
  run_nginx "${traced[@]}"
  cmp "$place/untraced" "$place/answers" || fail "nginx ($mode): $(diff "$place/untraced" "$place/answers")"
  printf 'nginx (%s): ' "$mode"
  judge --images 5
done
finish
