// The tables and views of the SQLite export.  What is said in them about columns is kept in the
// database: `.schema` shows it.
//
// The version goes up when a question that was right gives another answer or none.
#pragma once

namespace thrace {

inline constexpr int kSqliteSchema = 2;

// Before the first row.
inline constexpr const char* kSqliteTables = R"sql(
CREATE TABLE meta (
  -- About the export: schema (a number), thrace (its version)
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE process (
  -- One trace.  All times of all tables are ns since the start of the first one
  process_id INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  program TEXT NOT NULL,
  start_ns INTEGER NOT NULL,
  wall_ns INTEGER,            -- its start, ns since 1970
  events INTEGER NOT NULL,
  lost INTEGER NOT NULL,      -- events that could not be recorded
  skipped INTEGER NOT NULL,   -- events that could not be placed after a loss
  ending TEXT NOT NULL,       -- why the recording ended: exit, exec, ..., cut
  complete INTEGER NOT NULL   -- 0: the file is cut or damaged
);
CREATE TABLE thread (
  thread_id INTEGER PRIMARY KEY,
  process_id INTEGER NOT NULL REFERENCES process,
  tid INTEGER NOT NULL,       -- the kernel's, which it may use again; 0: not known
  name TEXT,
  routine TEXT                -- the function that it began with
);
CREATE TABLE module (
  module_id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  build_id TEXT,
  start INTEGER NOT NULL,     -- the addresses that it was mapped at
  end INTEGER NOT NULL,
  bias INTEGER NOT NULL       -- address in memory - address in the file
);
CREATE TABLE frame (
  frame_id INTEGER PRIMARY KEY,
  function TEXT NOT NULL,     -- module+0x12ab where no name is known
  file TEXT,
  line INTEGER,
  inlined INTEGER NOT NULL,   -- 1: its code is part of the next frame's function
  address INTEGER NOT NULL,   -- that the call returns to
  module_id INTEGER REFERENCES module
);
CREATE TABLE stack (
  stack_id INTEGER PRIMARY KEY,
  site TEXT NOT NULL,         -- its innermost function of the program itself
  ending TEXT NOT NULL        -- bottom: the stack is whole
);
CREATE TABLE stack_frame (
  stack_id INTEGER NOT NULL REFERENCES stack,
  depth INTEGER NOT NULL,     -- 0 is the innermost
  frame_id INTEGER NOT NULL REFERENCES frame,
  PRIMARY KEY (stack_id, depth)
) WITHOUT ROWID;
CREATE TABLE object (
  -- What threads waited for: a mutex, a condition variable, a thread, ...
  object_id INTEGER PRIMARY KEY,
  process_id INTEGER NOT NULL REFERENCES process,
  kind TEXT NOT NULL,
  address INTEGER NOT NULL,
  name TEXT,                  -- of the variable
  first_stack_id INTEGER REFERENCES stack  -- of the first wait for it
);
CREATE TABLE status (status_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE reason (reason_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE outcome (outcome_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE wake_kind (kind_id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE call (
  -- The names of the system calls that occur
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE state (
  -- What a thread did, piece after piece
  state_id INTEGER PRIMARY KEY,
  thread_id INTEGER NOT NULL REFERENCES thread,
  status_id INTEGER NOT NULL REFERENCES status,
  start_ns INTEGER NOT NULL,
  duration_ns INTEGER NOT NULL,
  ended INTEGER NOT NULL,     -- 0: the trace has not the end of this wait or call
  stack_id INTEGER REFERENCES stack,      -- of waits and of calls that blocked
  before_ns INTEGER,          -- of waits and calls: their parts before this one
  -- Waits.  One that a signal handler interrupted has a row for each of its parts; all but the last
  -- one have the outcome interrupted
  reason_id INTEGER REFERENCES reason,
  object_id INTEGER REFERENCES object,
  owner_tid INTEGER,          -- who held the object then
  outcome_id INTEGER REFERENCES outcome,
  -- System calls and losses.  A call that a handler interrupted has a row for each of its parts, too
  number INTEGER,             -- of the call; of lost events
  blocked INTEGER,            -- 1: the call took longer than 20 us
  error INTEGER               -- errno; 512: this is a part, and not the last; 513: it was left
);
CREATE TABLE wake (
  -- Who ended a wait
  wake_id INTEGER PRIMARY KEY,
  state_id INTEGER REFERENCES state,      -- the wait; NULL if a filter left it out
  waker_id INTEGER NOT NULL REFERENCES thread,
  woken_id INTEGER NOT NULL REFERENCES thread,
  kind_id INTEGER REFERENCES wake_kind,
  woke_ns INTEGER NOT NULL,   -- when the waker did
  ran_ns INTEGER NOT NULL,    -- when the woken thread ran again
  stack_id INTEGER REFERENCES stack       -- of the waker
);
)sql";

// After the last row.
inline constexpr const char* kSqliteViews = R"sql(
CREATE INDEX state_of_object ON state (object_id) WHERE object_id IS NOT NULL;
CREATE INDEX wake_of_state ON wake (state_id);
CREATE VIEW v_objects AS
  -- Objects with a title: the variable, else the address and where it was first waited for
  SELECT object.*, coalesce(name, printf('0x%x', address) || coalesce(', first at ' || site, ''))
    AS title
  FROM object LEFT JOIN stack ON stack_id = first_stack_id;
CREATE VIEW v_waits AS
  -- Each wait once, with the whole of its time.  A futex call that found another value than it
  -- expected (outcome changed) was none
  SELECT state_id, thread.tid, thread.name AS thread, reason.name AS reason, state.object_id,
    start_ns, duration_ns + before_ns AS duration_ns, ended, outcome.name AS outcome, owner_tid,
    state.stack_id, at.site, waker.tid AS waker_tid, waker.name AS waker,
    ran_ns - woke_ns AS latency_ns, wake.stack_id AS release_stack_id, by.site AS release
  FROM state JOIN reason USING (reason_id) JOIN thread USING (thread_id)
    LEFT JOIN outcome USING (outcome_id) LEFT JOIN stack AS at USING (stack_id)
    LEFT JOIN wake USING (state_id) LEFT JOIN thread AS waker ON waker.thread_id = waker_id
    LEFT JOIN stack AS by ON by.stack_id = wake.stack_id
  WHERE outcome.name IS NOT 'interrupted' AND outcome.name IS NOT 'changed';
CREATE VIEW v_threads AS
  -- Where each thread spent its time
  SELECT pid, tid, thread.name, routine, sum(duration_ns) FILTER (WHERE status.name <> 'lost') AS
      total_ns,
    coalesce(sum(duration_ns) FILTER (WHERE status.name = 'running'), 0) AS running_ns,
    coalesce(sum(duration_ns) FILTER (WHERE status.name = 'runnable'), 0) AS runnable_ns,
    coalesce(sum(duration_ns) FILTER (WHERE status.name = 'syscall'), 0) AS syscall_ns,
    coalesce(sum(duration_ns) FILTER (WHERE status.name = 'waiting'), 0) AS waiting_ns,
    count(*) FILTER (WHERE status.name = 'waiting' AND ended AND
      outcome.name NOT IN ('interrupted', 'changed')) AS waits,
    count(*) FILTER (WHERE status.name = 'syscall' AND ended AND error IS NOT 512) AS syscalls,
    coalesce(sum(number) FILTER (WHERE status.name = 'lost'), 0) AS lost
  FROM thread JOIN process USING (process_id) LEFT JOIN state USING (thread_id)
    LEFT JOIN status USING (status_id) LEFT JOIN outcome USING (outcome_id)
  GROUP BY thread_id;
CREATE VIEW v_locks AS
  -- What was waited for, and how long.  Waits that did not end are counted apart, and have lasted
  -- open_ns; so are futex calls that did not wait, since the value was another than expected
  SELECT object_id, kind, title, address, count(*) FILTER (WHERE waited) AS waits,
    coalesce(sum(duration_ns) FILTER (WHERE waited), 0) AS total_ns,
    coalesce(sum(duration_ns) FILTER (WHERE waited) / count(*) FILTER (WHERE waited), 0) AS mean_ns,
    coalesce(max(duration_ns) FILTER (WHERE waited), 0) AS max_ns,
    count(*) FILTER (WHERE ended AND outcome = 'timeout') AS timeouts,
    count(*) FILTER (WHERE ended AND outcome = 'changed') AS changed,
    count(*) FILTER (WHERE NOT ended) AS unfinished,
    coalesce(sum(duration_ns) FILTER (WHERE NOT ended), 0) AS open_ns
  FROM v_objects JOIN (
    SELECT object_id, duration_ns + before_ns AS duration_ns, ended, outcome.name AS outcome,
      ended AND outcome.name <> 'changed' AS waited
    FROM state LEFT JOIN outcome USING (outcome_id)
    WHERE object_id IS NOT NULL AND outcome.name IS NOT 'interrupted') USING (object_id)
  GROUP BY object_id ORDER BY total_ns DESC;
CREATE VIEW v_blame AS
  -- Which line made which line wait.  Each wait is charged whole to the release that ended it, while
  -- trace-decode locks --blame splits it at all releases that it has seen
  SELECT kind, site, release, count(*) AS waits, sum(v_waits.duration_ns) AS total_ns,
    max(v_waits.duration_ns) AS max_ns, count(DISTINCT object_id) AS objects
  FROM v_waits JOIN object USING (object_id)
  WHERE ended AND (stack_id IS NOT NULL OR release_stack_id IS NOT NULL)
  GROUP BY kind, coalesce(site, ''), coalesce(release, '') ORDER BY total_ns DESC;
CREATE VIEW v_wakes AS
  -- Who wakes whom, where, and how late that one runs then
  SELECT waker.tid AS waker_tid, waker.name AS waker, site, woken.tid AS woken_tid,
    woken.name AS woken, count(*) AS wakes, sum(ran_ns - woke_ns) / count(*) AS mean_latency_ns,
    max(ran_ns - woke_ns) AS max_latency_ns
  FROM wake JOIN thread AS waker ON waker.thread_id = waker_id
    JOIN thread AS woken ON woken.thread_id = woken_id LEFT JOIN stack USING (stack_id)
  GROUP BY waker_id, coalesce(site, ''), woken_id ORDER BY wakes DESC;
CREATE VIEW v_syscalls AS
  -- System calls that ended
  SELECT coalesce(call.name, 'syscall ' || number) AS call, number, count(*) AS calls,
    count(error) AS errors, sum(blocked) AS blocked, sum(duration_ns + before_ns) AS total_ns,
    sum(duration_ns + before_ns) / count(*) AS mean_ns, max(duration_ns + before_ns) AS max_ns
  FROM state JOIN status USING (status_id) LEFT JOIN call USING (number)
  WHERE status.name = 'syscall' AND ended AND error IS NOT 512
  GROUP BY number ORDER BY total_ns DESC;
)sql";

}  // namespace thrace
