"""What the lock tracks of a Perfetto export must show, worked out from the waits of the dump."""

from collections import defaultdict


def judge_locks(drawing, seen):
    """The waiters at all times, and the holder whom each wait names."""
    names = {}
    for _, _, _, _, category, args, _ in drawing.slices:
        if category == "wait":
            names.setdefault(args["address"], f"{args['kind']} {args['object']}")
    waits = defaultdict(list)
    for wait in seen.locks():
        waits[wait.object] += [(since, until, wait) for since, until in wait.parts]
    failures = []
    for address, parts in waits.items():
        parts.sort(key=lambda part: part[0])
        name = names.get(address)
        if not any(wait.owner for _, _, wait in parts):
            if name in drawing.locks:
                failures.append(f"{name} has a track, and nobody held it")
        elif parts[0][2].owner:
            failures += judge_lock(drawing, seen, name, parts)
    return failures


def judge_lock(drawing, seen, name, parts):
    changes = defaultdict(int)
    for since, until, wait in parts:
        changes[since] += 1
        if wait.outcome != "open" or until != wait.parts[-1][1]:
            changes[until] -= 1
    steps, now = [], 0
    for time in sorted(changes):
        now += changes[time]
        if changes[time] != 0:
            steps.append((time, now))
    if steps != drawing.waiters[name]:
        return [f"the waiters of {name} are {drawing.waiters[name][:4]}, {steps[:4]} in the dump"]
    tids = {tid: f"held by {title}/{tid}" for tid, title in titles(drawing).items() if tid in seen.tids.values()}
    ends = {until for _, until, _ in parts}
    failures = []
    for since, _, wait in parts:
        if wait.owner == 0 or since in ends or sum(since == other[0] for other in parts) > 1:
            continue
        shown = next((holder for time, holder in reversed(drawing.locks[name]) if time <= since), "")
        if shown != tids.get(wait.owner, f"held by tid {wait.owner}"):
            failures.append(f"{name} at {since}: {shown!r}, {wait.owner} in the dump")
    return failures[:3]


def titles(drawing):
    return {track["thread"][0]["tid"][0]: track["thread"][0]["thread_name"][0]
            for track in drawing.tracks.values() if track["thread"]}
