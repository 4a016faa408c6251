// Rust's std::sync sleeps by syscall(SYS_futex): Mutex, RwLock, Condvar, Once, Barrier, mpsc, scope, park.
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, OnceLock, RwLock};
use std::thread;
use std::time::Duration;

fn main() {
    let total = Arc::new(Mutex::new(0u64));
    let handles: Vec<_> = (0..4u64)
        .map(|t| {
            let total = Arc::clone(&total);
            thread::Builder::new()
                .name(format!("adder-{t}"))
                .spawn(move || (0..20_000).for_each(|i| *total.lock().unwrap() += i ^ t))
                .unwrap()
        })
        .collect();
    handles.into_iter().for_each(|handle| handle.join().unwrap());
    println!("mutex {}", total.lock().unwrap());

    let (sender, receiver) = mpsc::sync_channel(4);
    thread::scope(|scope| {
        for t in 0..3u64 {
            let sender = sender.clone();
            scope.spawn(move || (0..1_000).for_each(|i| sender.send(i * t).unwrap()));
        }
        drop(sender);
        println!("channel {}", receiver.iter().sum::<u64>());
    });

    let (ping, pong) = (Arc::new((Mutex::new(0), Condvar::new())), Arc::new(Barrier::new(2)));
    let (other, meet) = (Arc::clone(&ping), Arc::clone(&pong));
    let player = thread::spawn(move || {
        for i in 0..500 {
            let mut turn = other.0.lock().unwrap();
            while *turn != 2 * i + 1 {
                turn = other.1.wait(turn).unwrap();
            }
            *turn += 1;
            other.1.notify_one();
        }
        meet.wait();
    });
    for i in 0..500 {
        let mut turn = ping.0.lock().unwrap();
        *turn += 1;
        ping.1.notify_one();
        while *turn != 2 * i + 2 {
            turn = ping.1.wait(turn).unwrap();
        }
    }
    pong.wait();
    player.join().unwrap();
    println!("condvar {}", ping.0.lock().unwrap());

    let (lock, once) = (RwLock::new(0), OnceLock::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                once.get_or_init(|| thread::sleep(Duration::from_millis(2)));
                (0..1_000).for_each(|_| *lock.write().unwrap() += 1);
            });
        }
    });
    println!("rwlock {}", lock.read().unwrap());

    let main = thread::current();
    thread::spawn(move || main.unpark());
    thread::park();
    let failed = thread::Builder::new().spawn(|| -> () { std::panic::resume_unwind(Box::new(7)) });
    println!("panic {}", failed.unwrap().join().unwrap_err().downcast_ref::<i32>().unwrap());
}
