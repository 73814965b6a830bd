internal import NIOCore

/// Runs tasks on an event loop.
///
/// A small message is read and decided in less time than it takes to wake another thread, so its task stays on its
/// connection's loop: the only other thread it waits for is the store's writer.
@safe
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
