#!/bin/bash
# pigz on 200 MB and xz with two threads: the same bytes as untraced.
source "$(dirname "$0")/lib.sh"
need pigz xz

# 200 MB that compress to about a third, made without a random source.
make_input() { seq -f '%.0f lines and no more than that' 1 99999999 | head -c "$1"; }
make_input 200000000 >"$place/large"
head -c 20000000 "$place/large" >"$place/small"

sum_of() { sha256sum | cut -c1-64; }
for mode in default stress; do
  input=$place/large
  [[ $mode == stress ]] && input=$place/small
  untraced=$(pigz -p 4 -c "$input" | sum_of)
  record pigz -p 4 -c "$input" >"$place/out.gz" 2>"$place/err" || fail "pigz ($mode): status $?: $(cat "$place/err")"
  [[ $(sum_of <"$place/out.gz") == "$untraced" ]] || fail "pigz ($mode): other bytes"
  [[ -s $place/err ]] && fail "pigz ($mode): $(cat "$place/err")"
  printf 'pigz (%s): ' "$mode"
  judge --threads $([[ $mode == default ]] && echo 6 || echo 0)
  record pigz -d -c "$place/out.gz" >"$place/back" || fail "pigz -d ($mode): status $?"
  cmp "$place/back" "$input" || fail "pigz -d ($mode): other bytes"
  printf 'pigz -d (%s): ' "$mode"
  judge
  rm -f "$place/out.gz" "$place/back"
done

compare "xz -T2" xz -T2 -1 --block-size=2MiB -c small
finish
