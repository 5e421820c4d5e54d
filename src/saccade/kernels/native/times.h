// What the kernels of a process took, printed at its end to the standard error stream
// where SACCADE_KERNELS_TIMES is set: a row for each kernel and shape.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include "problem.h"

namespace saccade {

class Times {
 public:
  static bool wanted() {
    static const bool found = [] {
      const char* text = std::getenv("SACCADE_KERNELS_TIMES");
      return text && *text && std::string(text) != "0";
    }();
    return found;
  }

  static Times& all() {
    static Times times;
    return times;
  }

  void add(const std::string& name, double seconds) {
    std::lock_guard<std::mutex> lock(mutex_);
    Row& row = rows_[name];
    if (row.calls++ == 0 || seconds < row.least) row.least = seconds;
    row.total += seconds;
  }

  ~Times() {
    std::fprintf(stderr, "%10s %10s %10s  kernel\n", "ms", "calls", "least us");
    for (const auto& [name, row] : rows_)
      std::fprintf(stderr, "%10.1f %10lld %10.1f  %s\n", 1e3 * row.total, row.calls,
                   1e6 * row.least, name.c_str());
  }

 private:
  struct Row {
    long long calls = 0;
    double total = 0, least = 0;
  };
  std::mutex mutex_;
  std::map<std::string, Row> rows_;
};

// Counts the time until it goes out of scope.
class Timed {
 public:
  using Clock = std::chrono::steady_clock;

  // Arrays of these shapes tell the calls of a kernel apart.
  template <typename... Shape>
  explicit Timed(const char* kernel, const Shape&... shapes) {
    if (!Times::wanted()) return;
    name_ = kernel;
    (describe(shapes), ...);
    start_ = Clock::now();
  }

  ~Timed() {
    if (name_.empty()) return;
    const std::chrono::duration<double> passed = Clock::now() - start_;
    Times::all().add(name_, passed.count());
  }

 private:
  template <typename Shape>
  void describe(const Shape& shape) {
    const char* before = " (";
    for (std::size_t i = 0; i < shape.size(); ++i) {
      name_ += before + std::to_string(shape[i]);
      before = ", ";
    }
    name_ += ")";
  }

  std::string name_;
  Clock::time_point start_;
};

}  // namespace saccade
