#!/bin/bash
# redis-server under redis-benchmark, stopped cleanly: its threads are there, with their names.
source "$(dirname "$0")/lib.sh"
need redis-server redis-benchmark redis-cli
sockets=$place/redis.sock

serve() {  # options of thrace are in "${traced[@]}"
  (cd "$place" && exec "$@" redis-server --port 0 --unixsocket "$sockets" --io-threads 2 \
    --io-threads-do-reads yes --save '' --appendonly yes --appendfsync everysec --dir "$place" \
    --daemonize no) >"$place/server-out" 2>"$place/server-err" &
  server=$!
  servers+=("$server")
  for ((i = 0; i < 500; i++)); do
    redis-cli -s "$sockets" ping >/dev/null 2>&1 && return
    sleep 0.02
  done
  fail "redis does not answer: $(cat "$place/server-out" "$place/server-err")"
}
answers() {  # what does not depend on time
  redis-cli -s "$sockets" eval 'local s = 0; for i = 1, 1000 do redis.call("set", "k" .. i, i * i); s = s + i end; return s' 0
  redis-cli -s "$sockets" --no-raw mget k1 k10 k1000
  redis-cli -s "$sockets" save
  redis-cli -s "$sockets" dbsize | sed 's/[0-9]*$/some/'
}
stop() {
  redis-cli -s "$sockets" shutdown nosave
  wait "$server"
  echo "status $?"
}

run_redis() {
  rm -rf "$place"/appendonlydir "$place"/dump.rdb
  serve "$@"
  redis-benchmark -s "$sockets" -c 50 -n "$requests" -q -t set,get,incr,lpush,lrange_100 >"$place/bench" 2>&1 ||
    fail "redis-benchmark: $(tail -n 3 "$place/bench")"
  { answers; stop; } >"$place/answers" 2>&1
}

requests=10000
run_redis
mv "$place/answers" "$place/untraced"
for mode in default stress; do
  [[ $mode == stress ]] && requests=2000
  rm -f "$traces"/*
  thrace_command
  run_redis "${traced[@]}"
  cmp "$place/untraced" "$place/answers" || fail "redis ($mode): $(diff "$place/untraced" "$place/answers")"
  [[ -s $place/server-err ]] && fail "redis ($mode) says $(head -c 500 "$place/server-err")"
  printf 'redis (%s): ' "$mode"
  judge --names 'bio_close_file,bio_aof*,bio_lazy_free,io_thd_1'
done
finish
