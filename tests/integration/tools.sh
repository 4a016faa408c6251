#!/bin/bash
# sqlite3, sort with threads, make-like shells, find and tar: everyday programs behave as ever.
source "$(dirname "$0")/lib.sh"
need sqlite3 sort tar

seq 1 300000 | awk '{print ($1 * 7919) % 1000003, $1}' >"$place/numbers"
compare "sort --parallel" sort --parallel=4 -S 20M -n numbers
compare "sort -k, merge" sort --parallel=2 -S 2M -k2,2 numbers
cat >"$place/script.sql" <<'SQL'
PRAGMA journal_mode=WAL;
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO t SELECT i, hex(i * 7919) FROM n;
PRAGMA threads=2;
CREATE INDEX tb ON t(b);
SELECT count(*), min(b), max(b), sum(length(b)) FROM t;
PRAGMA integrity_check;
SQL
compare "sqlite3" sh -c 'rm -f db*; sqlite3 db <script.sql'
compare "pipeline" bash -c 'set -o pipefail; cut -d" " -f1 numbers | sort -n | uniq -c | head -n 5; echo ${PIPESTATUS[*]}'
compare "tar" sh -c 'tar cf - numbers script.sql | tar tvf - | wc -l; exit 3'
compare "xargs" sh -c 'seq 1 40 | xargs -P 4 -n 1 sh -c "exit 0"; echo $?'
finish
