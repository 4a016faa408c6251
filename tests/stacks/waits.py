"""Threads of Python that wait in many ways at changing depths of calls, until standard input ends."""

import functools
import queue
import random
import select
import socket
import sys
import threading
import time

PATIENCE = 0.004
ending = threading.Event()
lock, condition, signal = threading.Lock(), threading.Condition(), threading.Event()
tasks = queue.Queue()
left, right = socket.socketpair()


def locked():
    with lock:
        time.sleep(PATIENCE)


def conditioned():
    with condition:
        condition.wait(PATIENCE)


def taken():
    try:
        tasks.get(timeout=PATIENCE)
    except queue.Empty:
        tasks.put(1)


def computed():
    return sum(i * i for i in range(20000))  # the others wait for the interpreter


WAITS = (locked, conditioned, taken, computed, lambda: signal.wait(PATIENCE), lambda: time.sleep(PATIENCE),
         lambda: select.select([left], [], [], PATIENCE))


def plainly(depth, wait):
    descend(depth - 1, wait)


def by_sort(depth, wait):
    sorted([1], key=lambda _: descend(depth - 1, wait))


def by_map(depth, wait):
    list(map(functools.partial(descend, depth - 1), [wait]))


class Called:
    def __init__(self, depth, wait):
        descend(depth - 1, wait)

    def __del__(self):
        pass


def by_generator(depth, wait):
    for _ in (descend(depth - 1, wait) for _ in range(1)):
        pass


STEPS = (plainly, plainly, by_sort, by_map, Called, by_generator)


def descend(depth, wait):
    if depth <= 0:
        wait()
    else:
        STEPS[depth * 7 % len(STEPS)](depth, wait)


def work(number):
    choices = random.Random(number)
    while not ending.is_set():
        descend(choices.randrange(8), choices.choice(WAITS))


def echo():
    while data := right.recv(1):
        right.send(data)


def ask():
    while not ending.is_set():
        left.send(b"x")
        left.recv(1)
        time.sleep(PATIENCE)
    left.shutdown(socket.SHUT_WR)


threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
threads += [threading.Thread(target=echo), threading.Thread(target=ask)]
for thread in threads:
    thread.start()
sys.stdin.read()
ending.set()
for thread in threads:
    thread.join()
