// Runs numbered tasks on XLA's own threads, the caller's among them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>

#include "problem.h"

namespace saccade {

class Parallel {
 public:
  // schedule(f) runs f on some other thread, soon.
  using Schedule = std::function<void(std::function<void()>)>;

  Parallel(Index threads, Schedule schedule)
      : threads_(threads < 1 ? 1 : threads), schedule_(std::move(schedule)) {}

  Index threads() const { return threads_; }

  // Returns when all tasks are done. Other threads only help: if none is free the
  // caller does everything, so a busy pool can never make this wait for ever. What a
  // task throws comes out here, after the last task.
  template <typename Task>
  void run(Index count, const Task& task) {
    Index helpers = (threads_ < count ? threads_ : count) - 1;
    if (helpers <= 0) {
      for (Index i = 0; i < count; ++i) task(i);
      return;
    }
    struct Shared {
      std::atomic<Index> next{0}, done{0};
      std::mutex mutex;
      std::condition_variable finished;
      std::exception_ptr failure;  // the first
      const Task* task;
      Index count;
    };
    auto shared = std::make_shared<Shared>();
    shared->task = &task;
    shared->count = count;
    // A helper that comes late finds no task left and touches nothing of the caller's.
    auto work = [shared] {
      Index mine = 0;
      for (;;) {
        Index i = shared->next.fetch_add(1, std::memory_order_relaxed);
        if (i >= shared->count) break;
        try {
          (*shared->task)(i);
        } catch (...) {
          std::lock_guard<std::mutex> lock(shared->mutex);
          if (!shared->failure) shared->failure = std::current_exception();
        }
        ++mine;
      }
      if (mine == 0) return;
      Index done = shared->done.fetch_add(mine, std::memory_order_acq_rel) + mine;
      if (done == shared->count) {
        std::lock_guard<std::mutex> lock(shared->mutex);
        shared->finished.notify_one();
      }
    };
    try {
      for (Index i = 0; i < helpers; ++i) schedule_(work);
    } catch (const std::bad_alloc&) {
      // No memory to ask for more help: who was asked, and the caller, do the work.
    }
    work();
    const auto is_done = [&] {
      return shared->done.load(std::memory_order_acquire) == count;
    };
    // The others are in their last task: look a while before going to sleep.
    for (int spin = 0; spin < 4000 && !is_done(); ++spin) {
    }
    if (!is_done()) {
      std::unique_lock<std::mutex> lock(shared->mutex);
      shared->finished.wait(lock, is_done);
    }
    if (shared->failure) std::rethrow_exception(shared->failure);
  }

 private:
  Index threads_;
  Schedule schedule_;
};

}  // namespace saccade
